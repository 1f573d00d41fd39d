import type { Report, Verdict } from '../../shared/report.ts';

/** How a verdict reads in the headline, and over the root cause. */
export const VERDICT_WORDS: Record<Verdict, { mark: string; headline: string; title: string }> = {
  identified: { mark: '🎯', headline: 'root cause identified', title: 'Root cause' },
  probable: { mark: '🔎', headline: 'probable cause', title: 'Probable root cause' },
  inconclusive: { mark: '❓', headline: 'inconclusive', title: 'Root cause not established' },
  healthy: { mark: '🟢', headline: 'nothing wrong found', title: 'Root cause: nothing wrong found' },
};

/** Whether a report was written without a model, which its reader must see at once. */
export function isPreliminary(report: Report): boolean {
  return report.tier === 'detectors';
}

/** A confidence from 0 to 1 in a word and in per cent: "high (87 %)". */
export function confidenceWords(confidence: number): string {
  const percent = Math.round(confidence * 100);
  const word = percent >= 85 ? 'high' : percent >= 60 ? 'moderate' : percent >= 35 ? 'low' : 'very low';
  return `${word} (${percent} %)`;
}

/** The evidence that a claim rests on: " [1] [3]", empty when it names none. */
export function evidenceMarks(numbers: number[]): string {
  const shown = numbers.slice(0, 8).map((number) => ` [${number}]`);
  const rest = numbers.length - shown.length;
  return shown.join('') + (rest > 0 ? ` and ${rest} more` : '');
}

/** A span of ms: "0.9 s", "41 s", "3 min 5 s", "2 h 10 min". */
export function durationWords(ms: number): string {
  if (ms < 9_950) return `${Math.max(0.1, ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** The time from one ISO date to another in words, null when either cannot be read or they are in the wrong order. */
export function spanWords(from: string, to: string | null): string | null {
  const ms = to === null ? Number.NaN : Date.parse(to) - Date.parse(from);
  return ms >= 0 ? durationWords(ms) : null;
}

/** An ISO date as "2026-11-20 10:31:04 UTC", null when it cannot be read. */
export function utcWords(iso: string): string | null {
  const ms = Date.parse(iso);
  return Number.isNaN(ms) ? null : `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * A date that Slack shows in the reader's own time zone, in markup; `format` is made of Slack's date tokens, for example
 * `{ago}`. A date that cannot be read is "an unknown time".
 */
export function slackDate(iso: string, format: string): string {
  const fallback = utcWords(iso);
  const seconds = Math.floor(Date.parse(iso) / 1000);
  return fallback === null || seconds < 0 ? 'an unknown time' : `<!date^${seconds}^${format}|${fallback}>`;
}
