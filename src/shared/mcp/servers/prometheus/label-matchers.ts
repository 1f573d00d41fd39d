import { badQuestion } from './prometheus-failures.ts';

/** A text as a literal of PromQL: whatever it holds, it stays one literal. */
export function quoted(value: string): string {
  const escaped = value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n').replace(/\r/g, '\\r');
  return `"${escaped}"`;
}

/** A text as a part of a regular expression of PromQL (RE2) that stands for itself. */
export const asRegex = (value: string): string => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const MATCHER = /^\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*/;

/**
 * A caller's own label matchers (`code=~"5..", job="api"`, braces allowed), each whole. Throws DependencyError `bad_request` for
 * anything else, so that a filter can't end the selector and add an expression of its own.
 */
export function readMatchers(filter: string | undefined): string[] {
  let rest = (filter ?? '')
    .trim()
    .replace(/^\{([\s\S]*)\}$/, '$1')
    .trim();
  const found: string[] = [];
  while (rest !== '') {
    const [whole, label, operator, value] = MATCHER.exec(rest) ?? [];
    const after = whole === undefined ? rest : rest.slice(whole.length);
    if (whole === undefined || (after !== '' && !after.startsWith(','))) {
      throw badQuestion(
        `"filter" is not a list of label matchers, for example code=~"5..", job="api": it cannot be read from ${JSON.stringify(rest.slice(0, 60))}`,
      );
    }
    found.push(`${label}${operator}${value}`);
    rest = after.replace(/^,\s*/, '');
  }
  return found;
}

/** A selector: the metric by its name's matcher, and further matchers. */
export const selector = (matchers: readonly string[]): string => `{${matchers.join(',')}}`;
