import { evidenceOf } from '../detectors/support/evidence-of.ts';
import type { LocalisationInput } from '../localisation/localise.ts';

/** A machine that its own system upgraded, restarted or set up anew. */
export type MachineUpkeep = { machine: string; said: string; service: string; evidence: number };

/** How operating systems and those who look after machines say that they do it by themselves. */
const UPKEEP =
  /unattended-upgrade|apt-daily-upgrade|dnf-automatic|yum-cron|\bpackagekit|transactional-update|rpm-ostree\b.*upgrade|\bkured\b|update-engine\b|update_engine\b|locksmithd|windows ?update|automatic (?:node )?upgrade|system reboot is required|packages that will be upgraded|needrestart|snapd?\b.*auto-refresh/i;
/** Names of machines hold digits. */
const namesIn = (text: string): string[] =>
  text.split(/[^\w.-]+/).filter((word) => /^[a-z]/i.test(word) && /\d/.test(word));

const BEFORE_MS = 20 * 60_000;
const AFTER_MS = 60_000;
const MAX_BODY = 500;

/**
 * Upkeep of a machine shortly before the trouble, where complaints or metrics that moved are about that very machine; null where it goes
 * on all the time or is about a machine that nobody complains of. `about` is what they say.
 */
export function machineUpkeep({ evidence }: LocalisationInput, onset: number, about: string): MachineUpkeep | null {
  const rows = evidenceOf(evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.flatMap(({ at, service, body, attributes }) => {
      const text = body.slice(0, MAX_BODY);
      const ms = Date.parse(at);
      return service && UPKEEP.test(text) && !Number.isNaN(ms) ? [{ ms, service, text, attributes, number }] : [];
    }),
  );
  if (rows.some(({ ms }) => ms < onset - BEFORE_MS)) return null;
  const said = about.toLowerCase();
  for (const { ms, service, text, attributes, number } of rows.toReversed()) {
    const words = [...Object.values(attributes), ...namesIn(text)].map((word) => word.toLowerCase());
    const machine = words.find((word) => word.length >= LEAST_LETTERS && isNamed(said, word));
    if (ms <= onset + AFTER_MS && machine) return { machine, said: text, service, evidence: number };
  }
  return null;
}

/** Shorter words stand within others. */
const LEAST_LETTERS = 5;

const isNamed = (text: string, name: string): boolean => {
  const at = text.indexOf(name);
  return at >= 0 && !/[\w]/.test(text[at + name.length] ?? ' ') && !/[\w]/.test(text[at - 1] ?? ' ');
};
