import type { Severity } from '../shared/alert.ts';

/** Every source's words on our scale. P1 and SEV1 are the worst of their scales; SEV0 exists at some companies. */
const WORDS: Record<Severity, string> = {
  critical:
    'critical crit fatal emergency emerg page disaster blocker severe catastrophic p0 p1 sev0 sev1 s0 s1 highest',
  high: 'high error err major alarm alerting urgent p2 sev2 s2 failure down problem danger attention',
  medium: 'medium warning warn moderate average normal p3 sev3 s3 unknown nodata no_data insufficient_data',
  low: 'low minor notice p4 sev4 s4',
  info: 'info information informational debug trace ok success none lowest p5 sev5 s5 trivial up',
};

const SEVERITY_OF = new Map<string, Severity>(
  (Object.entries(WORDS) as [Severity, string][]).flatMap(([severity, words]) =>
    words.split(' ').map((word) => [word, severity] as const),
  ),
);

/** What an alert gets whose sender said nothing that we understand. */
export const DEFAULT_SEVERITY: Severity = 'medium';

/** A sender's word on the one scale ("P1", "SEV-2", "page", "Sev 3", "ERROR"); null when it is not a severity. */
export function readSeverity(text: string | null | undefined): Severity | null {
  if (!text || text.length > 60) return null;
  const word = text.trim().toLowerCase();
  return SEVERITY_OF.get(word) ?? SEVERITY_OF.get(squeezed(word)) ?? firstWord(word);
}

/** "sev-1", "severity 1" and "priority: 2" are written in many ways. */
function squeezed(word: string): string {
  return word
    .replace(/^severity/, 'sev')
    .replace(/^prio(?:rity)?/, 'p')
    .replace(/[\s:_-]+/g, '');
}

function firstWord(text: string): Severity | null {
  for (const word of text.split(/[^a-z0-9]+/)) {
    const severity = SEVERITY_OF.get(word);
    if (severity) return severity;
  }
  return null;
}

/** Words that state a severity inside a sentence; "error", "high" and "down" tell of the trouble instead. */
const IN_TEXT =
  /\b(p[0-5]|sev(?:erity)?[ :_-]{0,2}[0-5]|critical|crit|fatal|emergency|disaster|page|warning|warn|informational|info)\b/i;

/** The severity word found in free text, null when none is said. */
export function severityWordIn(text: string): string | null {
  return IN_TEXT.exec(text)?.[1] ?? null;
}
