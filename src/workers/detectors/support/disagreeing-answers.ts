import { addressKind } from '../../../shared/mcp/servers/network/address-ranges.ts';
import type { DetectorInput } from '../detector.ts';
import { evidenceOf } from './evidence-of.ts';
import { relatedLines } from './log-lines.ts';
import { sameName } from './names.ts';
import { unique } from './text.ts';
import type { Looked, WrongAnswer } from './wrong-answers.ts';

/** A name with this many addresses in one answer is served by many machines, of which each answer shows some. */
const MANY = 3;

/**
 * Names of which one answer shares no address with a later one, while connections to them fail. Answers change by design as well
 * (round robin, weights, content networks, one answer inside and another outside), so without failing connections, with changes to
 * and fro, with many addresses, or with a private and a public side nothing is said.
 */
export function disagreeingAnswers(looked: Looked[], input: DetectorInput): WrongAnswer[] {
  return [...Map.groupBy(looked, ({ name, type }) => `${type} ${name}`).values()].flatMap((own) => {
    const sorted = own.toSorted((left, right) => left.at.localeCompare(right.at) || left.evidence - right.evidence);
    const answers = [...new Map(sorted.map((one) => [one.addresses.toSorted().join(' '), one])).values()];
    const [first, second] = answers;
    if (!first || !second || answers.length > 2 || !isMove(first, second, sorted)) return [];
    const failing = failingCalls(first.name, [...first.addresses, ...second.addresses], input);
    if (failing.length === 0) return [];
    const says = `one lookup leads to ${first.addresses.join(', ')}, another to ${second.addresses.join(', ')}, without an address in common, while connections to it fail`;
    const evidence = unique([...sorted.map((one) => one.evidence), ...failing]).sort((left, right) => left - right);
    return [{ name: first.name, at: first.at, says, confidence: 0.6, evidence }];
  });
}

/** True for two small answers of the same side with nothing in common, of which the first did not come again. */
function isMove(first: Looked, second: Looked, all: Looked[]): boolean {
  const sides = new Set([...first.addresses, ...second.addresses].map(addressKind));
  const small = first.addresses.length < MANY && second.addresses.length < MANY;
  const apart = !first.addresses.some((one) => second.addresses.includes(one));
  const began = all.findIndex(({ addresses }) => addresses.some((one) => second.addresses.includes(one)));
  const cameAgain = all.slice(began).some(({ addresses }) => addresses.some((one) => first.addresses.includes(one)));
  return small && apart && sides.size === 1 && !cameAgain;
}

const FAILS =
  /refus|timed? ?-?out|unreachable|no route|reset by peer|\bE(?:CONN|TIMEDOUT|HOSTUNREACH)\w*|handshake|not match/i;

/** The evidence of connections that fail: our own checks of the name, and lines that name it or one of its addresses. */
function failingCalls(name: string, addresses: string[], input: DetectorInput): number[] {
  const { evidence } = input;
  const whole = new RegExp(
    `(?<![\\w.-])(?:${[name, ...addresses].map((one) => RegExp.escape(one)).join('|')})(?![\\w-]|\\.\\w)`,
    'i',
  );
  return [
    ...evidenceOf(evidence, 'tcp.check').flatMap(({ data, number }) =>
      sameName(data.host, name) && !data.connected ? [number] : [],
    ),
    ...evidenceOf(evidence, 'certificate.check').flatMap(({ data, number }) =>
      sameName(data.host, name) && data.hostnameMatches === false ? [number] : [],
    ),
    ...relatedLines(input).flatMap(({ body, evidence: number }) =>
      FAILS.test(body) && whole.test(body) ? [number] : [],
    ),
  ];
}
