import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { makeEvidence, type Recorded } from '../../../../scripts/eval/cases/make-evidence.ts';
import { loadAgents, poolAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { Alert } from '../../../../src/shared/alert.ts';
import type { Report } from '../../../../src/shared/report.ts';
import { alertFacts } from '../../../../src/workers/alert-facts.ts';
import { analyseEvidence } from '../../../../src/workers/analysis/analyse-evidence.ts';
import { concludeFindings } from '../../../../src/workers/conclude-findings.ts';
import type { DetectorInput } from '../../../../src/workers/detectors/detector.ts';
import { verifyReport } from '../../../../src/workers/verify-report.ts';

const POOLS = poolAgents(loadAgents());
const NOW = new Date('2031-04-02T10:40:00Z');

/** What the analysis is given for an alert and recorded answers. */
export function inputOf(alert: string | Alert, recorded: Recorded[]): DetectorInput {
  const alerts = [typeof alert === 'string' ? makeAlert({ title: alert }) : alert];
  return { alerts, facts: alertFacts(alerts, NOW), evidence: makeEvidence(recorded, NOW), now: NOW };
}

/** The verified report of the tier without a model, with what verification had to strike. */
export function concluded(
  alert: string | Alert,
  recorded: Recorded[],
  pool = 'network',
): { report: Report; struck: string[] } {
  const { alerts, facts, evidence, now } = inputOf(alert, recorded);
  const agent = POOLS.find(({ name }) => name === pool)!;
  const { findings, gaps } = analyseEvidence(agent, { alerts, facts, evidence, now });
  return verifyReport(concludeFindings({ alerts, agent, findings, evidence, gaps }), evidence, alerts);
}

/** One command and what it printed. */
export const printed = (command: string, output: string): Recorded => ({
  capability: 'command.output',
  data: { command, output },
});

/** Objects as manifests have them, without status. */
export const manifests = (...objects: Record<string, unknown>[]): Recorded => ({
  capability: 'kubernetes.objects',
  data: { withStatus: false, objects },
});

export type RecordedTerminal = { name: string; alert: string; class: string; says: string[]; recorded: Recorded[] };

/** The recorded terminals of a fixture folder: `# alert:`, `# class:` and `# says:` first, then `$ command` with its output. */
export function recordedTerminals(folder: string): RecordedTerminal[] {
  const path = join(import.meta.dirname, '../../../fixtures/rca', folder);
  return readdirSync(path).map((file) => {
    const text = readFileSync(join(path, file), 'utf8');
    const head = (key: string) => new RegExp(`^# ${key}: (.*)$`, 'm').exec(text)?.[1] ?? '';
    const recorded = text
      .split(/^\$ /m)
      .slice(1)
      .map((part) => printed(part.slice(0, part.indexOf('\n')), part.slice(part.indexOf('\n') + 1)));
    return {
      name: file.replace('.txt', ''),
      alert: head('alert'),
      class: head('class'),
      says: head('says')
        .split('|')
        .map((word) => word.trim()),
      recorded,
    };
  });
}
