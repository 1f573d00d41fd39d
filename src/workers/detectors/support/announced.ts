const DAY_MS = 86_400_000;
const DAYS: Record<string, number> = { day: 1, week: 7, month: 30, year: 365 };
const IN_WORDS: Record<string, number> = { two: 2, three: 3, four: 4, five: 5, six: 6, nine: 9, twelve: 12 };

/** Words by which something is announced that has to be done until some day, or ends on it. */
const ANNOUNCES =
  /\b(?:due|deadlines?|expir\w+|ends?|end of (?:life|support|standard support)|required|requires|must|rotat\w+|renew\w*|retir\w+|deprecat\w+|scheduled|upcoming)\b/i;
const SPAN =
  /\b(?:in|within|for another|next|left:?) (?:about |some |the next )?(\d{1,3}|[a-z]{3,6}) (day|week|month|year)s?\b/i;
const DATE = /\b(?:on|by|before|until|from|due) (?:the )?(\d{4}-\d\d-\d\d)\b/i;

/** How many days lie before what an alert announces by its own words; null where it announces nothing. */
export function daysUntilAnnounced(alert: string, now: Date): number | null {
  const told = alert.split(/(?<=[.!?])\s|\n/).flatMap((sentence, at, all) => {
    // Titles announce, and the sentence below tells when.
    const announces = ANNOUNCES.test(`${sentence} ${all[at - 1] ?? ''}`);
    const [, count = '', unit = ''] = SPAN.exec(sentence) ?? [];
    const number = Number(count) || IN_WORDS[count.toLowerCase()];
    const date = Date.parse(DATE.exec(sentence)?.[1] ?? '');
    return announces
      ? [
          ...(number ? [number * (DAYS[unit.toLowerCase()] ?? 0)] : []),
          ...(Number.isNaN(date) ? [] : [(date - now.getTime()) / DAY_MS]),
        ]
      : [];
  });
  return told.length > 0 ? Math.min(...told) : null;
}
