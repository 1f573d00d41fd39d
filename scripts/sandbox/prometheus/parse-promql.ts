import { durationMs, literalText, parseError, promqlTokens, type Token } from './promql-tokens.ts';
import type { Matcher, PromNode } from './promql-types.ts';

const AGGREGATIONS = new Set(['sum', 'avg', 'min', 'max', 'count', 'quantile', 'topk']);
const WITH_PARAMETER = new Set(['quantile', 'topk']);
/** Functions with the kinds of their arguments: v instant vector, m range vector, s scalar. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  rate: 'm',
  increase: 'm',
  avg_over_time: 'm',
  sum_over_time: 'm',
  min_over_time: 'm',
  max_over_time: 'm',
  count_over_time: 'm',
  last_over_time: 'm',
  histogram_quantile: 'sv',
  abs: 'v',
  vector: 's',
  time: '',
};
const PRECEDENCE: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '>': 3,
  '<=': 3,
  '>=': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
};

/** Reads an expression of the simulated part of PromQL; refuses as Prometheus does what is wrong, and what is not simulated. */
export function parsePromql(text: string): PromNode {
  const tokens = promqlTokens(text);
  let position = 0;
  const peek = (): Token => tokens[position]!;
  const next = (): Token => tokens[position++]!;
  const isSign = (sign: string) => peek().kind === 'sign' && peek().text === sign;
  const unexpected = (where: string) =>
    parseError(
      peek().at,
      `unexpected ${peek().kind === 'end' ? '' : `<${peek().text}> `}${peek().kind === 'end' ? peek().text : where}`,
    );
  const expect = (sign: string, where: string) => {
    if (!isSign(sign))
      throw sign === ')' && peek().kind === 'end'
        ? parseError(peek().at - 1, 'unclosed left parenthesis')
        : unexpected(where);
    position += 1;
  };

  function expression(least = 1): PromNode {
    let left = operand();
    for (;;) {
      const { text: operator } = peek();
      const rank = peek().kind === 'sign' || peek().kind === 'name' ? PRECEDENCE[operator] : undefined;
      if (rank === undefined || rank < least) return left;
      position += 1;
      left = { kind: 'binary', operator, left, right: expression(rank + 1) };
    }
  }

  function operand(): PromNode {
    if (isSign('(')) {
      position += 1;
      const inner = expression();
      expect(')', 'in paren expression');
      return inner;
    }
    if (isSign('{')) return selector([]);
    const token = next();
    if (token.kind === 'number') return { kind: 'number', value: Number(token.text) };
    if (token.kind === 'text') return { kind: 'text', value: literalText(token.text) };
    if (token.kind !== 'name') {
      position -= 1;
      throw unexpected('in expression');
    }
    if (AGGREGATIONS.has(token.text) && (isSign('(') || /^(?:by|without)$/.test(peek().text)))
      return aggregation(token.text);
    if (isSign('(')) return call(token);
    return selector([{ label: '__name__', operator: '=', value: token.text }]);
  }

  function call({ text: name, at }: Token): PromNode {
    const kinds = FUNCTIONS[name];
    if (kinds === undefined) throw parseError(at, `unknown function with name "${name}"`);
    const args = list();
    if (args.length !== kinds.length)
      throw parseError(at, `expected ${kinds.length} argument(s) in call to "${name}", got ${args.length}`);
    for (const [index, kind] of [...kinds].entries()) checkKind(args[index]!, kind, name, at);
    return { kind: 'call', name, args };
  }

  function list(): PromNode[] {
    expect('(', 'in call');
    const args: PromNode[] = [];
    while (!isSign(')')) {
      args.push(expression());
      if (!isSign(',')) break;
      position += 1;
    }
    expect(')', 'in call');
    return args;
  }

  function aggregation(name: string): PromNode {
    const before = grouping();
    const args = list();
    const { labels, without } = before ?? grouping() ?? { labels: [], without: false };
    const wanted = WITH_PARAMETER.has(name) ? 2 : 1;
    if (args.length !== wanted)
      throw parseError(
        peek().at,
        `wrong number of arguments for aggregate expression provided, expected ${wanted}, got ${args.length}`,
      );
    return { kind: 'aggregate', name, labels, without, parameter: wanted === 2 ? args[0]! : null, inner: args.at(-1)! };
  }

  function grouping(): { labels: string[]; without: boolean } | null {
    if (!/^(?:by|without)$/.test(peek().text)) return null;
    const without = next().text === 'without';
    expect('(', 'in grouping opts');
    const labels: string[] = [];
    while (peek().kind === 'name') {
      labels.push(next().text);
      if (isSign(',')) position += 1;
    }
    expect(')', 'in grouping opts');
    return { labels, without };
  }

  function selector(matchers: Matcher[]): PromNode {
    if (isSign('{')) {
      position += 1;
      while (peek().kind === 'name') {
        const label = next().text;
        const operator = next().text as Matcher['operator'];
        if (!['=', '!=', '=~', '!~'].includes(operator) || peek().kind !== 'text')
          throw unexpected('in label matching');
        matchers.push({ label, operator, value: literalText(next().text) });
        if (isSign(',')) position += 1;
      }
      expect('}', 'in label matching, expected identifier or "}"');
    }
    if (matchers.every(({ operator, value }) => operator.startsWith('!') || value === '' || value === '.*')) {
      throw parseError(0, 'vector selector must contain at least one non-empty matcher');
    }
    const rangeMs = isSign('[') ? range() : null;
    if (peek().text !== 'offset') return { kind: 'selector', matchers, rangeMs, offsetMs: 0 };
    position += 1;
    return { kind: 'selector', matchers, rangeMs, offsetMs: durationMs(next().text) };
  }

  function range(): number {
    position += 1;
    if (peek().kind !== 'duration') throw parseError(peek().at, 'bad duration syntax');
    const length = durationMs(next().text);
    expect(']', 'in range');
    return length;
  }

  const tree = expression();
  if (peek().kind !== 'end') throw unexpected('');
  return tree;
}

function checkKind(argument: PromNode, kind: string, name: string, at: number): void {
  const isRange = argument.kind === 'selector' && argument.rangeMs !== null;
  if (isRange === (kind === 'm')) return;
  const [wanted, got] = kind === 'm' ? ['range vector', 'instant vector'] : ['instant vector', 'range vector'];
  throw parseError(at + name.length + 1, `expected type ${wanted} in call to function "${name}", got ${got}`);
}
