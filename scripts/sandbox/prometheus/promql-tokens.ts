import { badParameter } from './prometheus-refusal.ts';

export type Token = { kind: 'name' | 'number' | 'text' | 'duration' | 'sign' | 'end'; text: string; at: number };

const PATTERNS: readonly [Token['kind'], RegExp][] = [
  ['duration', /^(?:\d+(?:ms|[smhdwy]))+(?![\w.])/],
  ['number', /^(?:0x[\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/],
  ['text', /^(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')/],
  ['name', /^[A-Za-z_:][A-Za-z0-9_:]*/],
  ['sign', /^(?:=~|!~|!=|==|<=|>=|[=<>(){}[\],+\-*/%^])/],
];

/** The words of an expression. Throws a refusal for a character that begins none. */
export function promqlTokens(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at);
    const space = /^(?:\s+|#[^\n]*)/.exec(rest)?.[0];
    if (space) {
      at += space.length;
      continue;
    }
    const found = PATTERNS.map(([kind, pattern]) => ({ kind, text: pattern.exec(rest)?.[0] })).find((one) => one.text);
    if (!found?.text) throw parseError(at, `unexpected character: ${JSON.stringify(rest[0])}`);
    tokens.push({ kind: found.kind, text: found.text, at });
    at += found.text.length;
  }
  return [...tokens, { kind: 'end', text: 'end of input', at }];
}

/** What Prometheus answers to an expression that it cannot read; columns begin at 1. */
export const parseError = (at: number, why: string) => badParameter('query', `1:${at + 1}: parse error: ${why}`);

/** `1h30m` in ms. */
export function durationMs(text: string): number {
  const units: Record<string, number> = { ms: 1, s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5, y: 31_536e6 };
  return [...text.matchAll(/(\d+)(ms|[smhdwy])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit!]!,
    0,
  );
}

/** The text that a literal stands for. */
export const literalText = (literal: string): string =>
  literal.slice(1, -1).replace(/\\(.)/g, (_match, char: string) => ({ n: '\n', r: '\r', t: '\t' })[char] ?? char);
