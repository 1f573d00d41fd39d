const TIME =
  /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?|[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g;
const MAX_TEXT = 400_000;

/** The latest time that stands in recorded texts, as the time at which they were collected; a fixed day where none stands there. */
export function latestTime(texts: string[]): Date {
  const times = texts.flatMap((text) =>
    [...text.slice(0, MAX_TEXT).matchAll(TIME)].map(([time]) =>
      Date.parse(time.replace(',', /^[A-Z]/.test(time) ? ',' : '.')),
    ),
  );
  const known = times.filter((ms) => Number.isFinite(ms) && ms < Date.UTC(2100, 0));
  return new Date(known.reduce((latest, ms) => Math.max(latest, ms), Date.UTC(2000, 0)));
}
