/** A day of a month that stays the same from year to year, or that is counted in weekdays (0 is Sunday; week -1 is the last one). */
type Day = { month: number; from: number; to: number } | { month: number; weekday: number; week: number };

/** Public holidays on which offices, banks, shops and exchanges of large countries are closed, by their names. */
const BY_NAME: readonly [RegExp, Day][] = [
  [/\bnew year'?s? (?:day|eve)\b/, { month: 1, from: 1, to: 2 }],
  [/\bepiphany\b|\bthree kings\b/, { month: 1, from: 6, to: 6 }],
  [/\bmartin luther king\b|\bmlk\b/, { month: 1, weekday: 1, week: 3 }],
  [/\bpresidents'? day\b|\bwashington'?s birthday\b/, { month: 2, weekday: 1, week: 3 }],
  [/\b(?:labou?r day|may day|tag der arbeit)\b/, { month: 5, from: 1, to: 1 }],
  [/\bmemorial day\b/, { month: 5, weekday: 1, week: -1 }],
  [/\bjuneteenth\b/, { month: 6, from: 18, to: 20 }],
  [/\bindependence day\b|\bfourth of july\b/, { month: 7, from: 3, to: 5 }],
  [/\bbastille\b/, { month: 7, from: 14, to: 14 }],
  [/\bassumption\b/, { month: 8, from: 15, to: 15 }],
  [/\blabor day\b/, { month: 9, weekday: 1, week: 1 }],
  [/\bgerman unity\b/, { month: 10, from: 3, to: 3 }],
  [/\ball saints\b/, { month: 11, from: 1, to: 1 }],
  [/\bthanksgiving\b/, { month: 11, weekday: 4, week: 4 }],
  [/\bchristmas\b|\bboxing day\b|\bst\.? stephen'?s\b/, { month: 12, from: 24, to: 28 }],
  [/\bnew year'?s eve\b/, { month: 12, from: 31, to: 31 }],
];

/** Days after Easter Sunday. */
const BY_EASTER: readonly [RegExp, number][] = [
  [/\bmaundy thursday\b/, -3],
  [/\bgood friday\b/, -2],
  [/\beaster monday\b/, 1],
  [/\bascension\b/, 39],
  [/\bwhit monday\b|\bpentecost monday\b/, 50],
  [/\bcorpus christi\b/, 60],
];

const DAY_MS = 86_400_000;
/** Time zones and the nights between them. */
const AROUND_MS = DAY_MS / 2;

/** True where a text names a public holiday that falls on this day (epoch ms), in any time zone: the calendar itself confirms what is said. */
export function isNamedHoliday(text: string, at: number): boolean {
  const said = text.slice(0, 2000).toLowerCase();
  const days = [at - AROUND_MS, at, at + AROUND_MS].map((ms) => new Date(ms));
  return (
    BY_NAME.some(([pattern, day]) => pattern.test(said) && days.some((date) => falls(day, date))) ||
    BY_EASTER.some(
      ([pattern, after]) =>
        pattern.test(said) &&
        days.some((date) => dayOf(date.getTime()) === dayOf(easterSunday(date.getUTCFullYear())) + after),
    )
  );
}

const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

function falls(day: Day, date: Date): boolean {
  if (date.getUTCMonth() + 1 !== day.month) return false;
  const inMonth = date.getUTCDate();
  if ('from' in day) return inMonth >= day.from && inMonth <= day.to;
  const last = new Date(Date.UTC(date.getUTCFullYear(), day.month, 0)).getUTCDate();
  const week = day.week > 0 ? Math.ceil(inMonth / 7) : inMonth > last - 7 ? -1 : 0;
  return date.getUTCDay() === day.weekday && week === day.week;
}

/** Easter Sunday of the Gregorian calendar, epoch ms (the rule of Meeus, Jones and Butcher). */
function easterSunday(year: number): number {
  const [golden, century, inCentury] = [year % 19, Math.floor(year / 100), year % 100];
  const shift = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const epact = (19 * golden + century - Math.floor(century / 4) - shift + 15) % 30;
  const weekday = (32 + 2 * (century % 4) + 2 * Math.floor(inCentury / 4) - epact - (inCentury % 4)) % 7;
  const late = Math.floor((golden + 11 * epact + 22 * weekday) / 451);
  const march = epact + weekday - 7 * late + 114;
  return Date.UTC(year, Math.floor(march / 31) - 1, (march % 31) + 1);
}
