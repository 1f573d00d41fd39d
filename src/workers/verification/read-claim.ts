import { quantitiesIn } from '../detectors/support/quantities.ts';
import type { ClaimedQuantity } from './match-quantity.ts';
import { ID } from './names-with-digits.ts';
import { withDigits } from './number-words.ts';
import { parseInstant } from './written-times.ts';

/** What can be checked in a sentence. */
export type ClaimParts = {
  /** The sentence with digits for numbers that it writes as words. */
  sentence: string;
  quantities: (ClaimedQuantity & { text: string })[];
  /** Names in quotes, hosts, addresses, and words of letters and digits such as pod names; lower case. */
  names: string[];
  /** Full times in epoch ms. */
  instants: number[];
  /** Times of day without a date, as minutes after midnight UTC. */
  timesOfDay: number[];
  /** Days as `YYYY-MM-DD`. */
  days: string[];
  /** Evidence numbers that the sentence itself cites as [n]. */
  cited: number[];
};

const CITATION = /\[(\d{1,4}(?:\s?[,;]\s?\d{1,4})*)\]/g;
const INSTANT = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?\s?(?:Z|UTC|[+-]\d\d:?\d\d)?/g;
const DAY = /\b\d{4}-\d\d-\d\d\b/g;
const TIME_OF_DAY = /(?<![\d.:])([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d(?:\.\d{1,9})?)?\s?(?:Z|UTC)?\b/g;
const QUOTED = /[`"“']([^\s`"“”']{2,253})[`"”']/g;
const HOST =
  /\b[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){1,8}\.[a-z]{2,24}\b|\b\d{1,3}(?:\.\d{1,3}){3}\b/gi;
const MIXED = /(?<![\w.-])(?=[\w.-]{0,80}[a-z_])(?=[\w.-]{0,80}\d)[a-z][\w.-]{1,252}(?![\w])/gi;

/** Words of the trade that hold digits and name nothing in particular. */
const GENERAL =
  /^(?:p\d{1,3}|[1-5]xx|ipv[46]|http[/-]?[123](?:\.\d)?|h2c?|tls-?v?1(?:\.[0-3])?|x\.?509(?:v3)?|utf-?8|sha-?(?:1|256|512)|md5|base64|k8s|s3|ec2|l[3-7]|oauth2|log4j2?|int(?:32|64)|(?:node|next|vue|express|nest)\.js|asp\.net)$/i;
const GENERAL_PHRASES =
  /\b(?:HTTP\/[123](?:\.\d)?|TLS 1\.[0-3]|TLS ?v1\.[0-3]|SHA-\d{1,3}|UTF-8|X\.509|ISO 8601|RFC \d{3,5})(?!\w)/gi;

/** Takes a sentence apart into what evidence must bear out. */
export function readClaim(text: string): ClaimParts {
  const sentence = withDigits(text.slice(0, 20_000));
  const rest = { text: sentence };
  const cited = takeOut(rest, CITATION).flatMap(([, list = '']) => list.split(/[,;]/).map(Number));
  takeOut(rest, GENERAL_PHRASES);
  const instants = takeOut(rest, INSTANT).map(([time]) => parseInstant(time.replace(/\s?UTC$/, 'Z')));
  const days = takeOut(rest, DAY).map(([day]) => day);
  const timesOfDay = takeOut(rest, TIME_OF_DAY).map(([, hours, minutes]) => Number(hours) * 60 + Number(minutes));
  const quoted = takeOut(rest, QUOTED).map(([, name = '']) => name);
  const hosts = takeOut(rest, HOST).map(([name]) => name);
  const ids = takeOut(rest, ID).map(([id]) => id);
  const mixed = [...takeOut(rest, MIXED).map(([name]) => name.replace(/[.-]+$/, '')), ...ids];
  const names = [...quoted.filter(looksLikeName), ...hosts, ...mixed].filter((name) => !GENERAL.test(name));
  return {
    sentence,
    quantities: claimedQuantities(rest.text),
    names: [...new Set(names.map((name) => name.toLowerCase()))],
    instants: instants.filter((ms) => ms !== null),
    timesOfDay,
    days,
    cited,
  };
}

/** Finds every match and blanks it, so that what is read next does not see it again. */
function takeOut(rest: { text: string }, pattern: RegExp): RegExpExecArray[] {
  const matches = [...rest.text.matchAll(pattern)];
  rest.text = rest.text.replace(pattern, (match) => ' '.repeat(Math.min(match.length, 2)));
  return matches;
}

const looksLikeName = (quoted: string) => /[\d._/:-]/.test(quoted) && /[a-z]/i.test(quoted) && !/[<>{}]/.test(quoted);

const ABOUT =
  /(?:~|≈|about|around|approximately|roughly|nearly|almost|over|under|more than|less than|at least|up to)\s?$/i;
const NUMBER_WITH_CONTEXT = /\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?/g;

function claimedQuantities(text: string): ClaimParts['quantities'] {
  return [...text.matchAll(NUMBER_WITH_CONTEXT)].flatMap((match) => {
    const before = text.slice(Math.max(0, match.index - 16), match.index);
    const written = text.slice(match.index, match.index + match[0].length + 14);
    const [quantity] = quantitiesIn(written);
    return quantity ? [{ ...quantity, approximate: ABOUT.test(before), text: match[0] }] : [];
  });
}
