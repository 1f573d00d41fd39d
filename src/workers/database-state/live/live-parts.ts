import type { CapabilityOutput } from '../../../shared/mcp/capabilities.ts';
import type { Evidence } from '../../../shared/report.ts';
import { evidenceOf } from '../../detectors/support/evidence-of.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import { shownStatement } from '../statement-shape.ts';
import type { Story } from '../story.ts';

/** A story of a server that was asked itself. */
export type LiveStory = Story & { server: string };

/** The capabilities that database servers answer for themselves. */
export type LiveCapability =
  | 'postgresql.activity'
  | 'postgresql.locks'
  | 'postgresql.statements'
  | 'postgresql.replication'
  | 'redis.info'
  | 'redis.slowlog';

/** What one server told, with the evidence that holds it. */
export type Told<C extends LiveCapability> = { answer: CapabilityOutput<C>['targets'][number]; number: number };

/** What the servers told in answer to one question; of several answers of one server the last. */
export function toldBy<C extends LiveCapability>(evidence: Evidence[], capability: C): Told<C>[] {
  const all = evidenceOf(evidence, capability).flatMap(({ number, data }) =>
    data.targets.map((answer) => ({ answer, number }) as Told<C>),
  );
  return [...new Map(all.map((told) => [told.answer.target, told])).values()];
}

/** A statement as a quote of bearable length. */
export const statementText = (statement: string, max = 120): string =>
  statement === '' ? 'an unknown statement' : quote(shownStatement(statement, max), max + 10);

/** Who a session belongs to. */
export function ownerText({ user, application }: { user: string | null; application: string | null }): string {
  const who = [application, user && `user ${user}`].filter((part) => part !== null && part !== '');
  return who.length > 0 ? who.join(', ') : 'an unknown client';
}

/** Bytes with the unit in which people read them; one decimal. */
export function bytesText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${bytes} bytes`;
}
