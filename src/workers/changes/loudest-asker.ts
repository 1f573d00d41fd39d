import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { oneLine } from '../detectors/support/text.ts';
import type { LocalisationInput } from '../localisation/localise.ts';
import { logTemplates } from '../localisation/telemetry/log-templates.ts';

/** Who asks for nearly all of what was never asked for before the trouble. */
export type LoudestAsker = { who: string; said: string; evidence: number };

const ASKER =
  /^(?:tenant|customer|client|account|org|organi[sz]ation|workspace|user|consumer|api_?key|project|shop|merchant|partner)(?:[._-]?(?:id|name))?$/i;
const BEFORE_MS = 5 * 60_000;
const AFTER_MS = 15 * 60_000;
const OFTEN = 3;
const NEARLY_ALL = 0.8;

/** Of lines that nobody wrote before the trouble, and that name who asked, nearly all name the same one; null where that is not so. */
export function loudestAsker({ evidence }: LocalisationInput, onset: number): LoudestAsker | null {
  const templates = logTemplates();
  const rows = evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.flatMap(({ at, service, body, attributes }) => {
      const found = Object.entries(attributes).find(([key]) => ASKER.test(key));
      const ms = Date.parse(at);
      if (!found || Number.isNaN(ms)) return [];
      return [{ ms, key: `${service} ${templates.of(body)}`, body, who: found.join(' '), evidence: number }];
    }),
  );
  const usual = new Set(rows.filter(({ ms }) => ms < onset - BEFORE_MS).map(({ key }) => key));
  const fresh = rows.filter(({ ms, key }) => ms >= onset - BEFORE_MS && ms <= onset + AFTER_MS && !usual.has(key));
  for (const lines of Map.groupBy(fresh, ({ key }) => key).values()) {
    const first = lines[0]!;
    const same = lines.filter(({ who }) => who === first.who).length;
    if (lines.length >= OFTEN && same >= NEARLY_ALL * lines.length)
      return { who: oneLine(first.who, 60), said: oneLine(first.body, 100), evidence: first.evidence };
  }
  return null;
}
