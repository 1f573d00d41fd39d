import { syntaxError, type Token, tokenize } from './filter-tokens.ts';

export type FilterValue = string | number | boolean;

export type FilterNode =
  | { kind: 'and' | 'or'; parts: FilterNode[] }
  | { kind: 'not'; part: FilterNode }
  | { kind: 'search'; text: string }
  | { kind: 'compare'; key: string; operator: string; values: FilterValue[] };

const SIGNS = new Set(['=', '!=', '<>', '<', '<=', '>', '>=']);
const WORDS = new Set(['LIKE', 'ILIKE', 'CONTAINS', 'REGEXP', 'IN', 'BETWEEN', 'EXISTS']);

/** Reads the tokens of one expression; precedence: NOT, AND, OR; neighbours without a word between them are an AND. */
class FilterParser {
  readonly #tokens: Token[];
  #at = 0;

  constructor(tokens: Token[]) {
    this.#tokens = tokens;
  }

  parse(): FilterNode {
    const node = this.#or();
    if (this.#at < this.#tokens.length) throw this.#unexpected();
    return node;
  }

  #or(): FilterNode {
    const parts = [this.#and()];
    while (this.#takeWord('OR')) parts.push(this.#and());
    return parts.length === 1 ? parts[0]! : { kind: 'or', parts };
  }

  #and(): FilterNode {
    const parts = [this.#not()];
    while (this.#takeWord('AND') || this.#startsTerm()) parts.push(this.#not());
    return parts.length === 1 ? parts[0]! : { kind: 'and', parts };
  }

  #not(): FilterNode {
    return this.#takeWord('NOT') ? { kind: 'not', part: this.#term() } : this.#term();
  }

  #term(): FilterNode {
    if (this.#takeSign('(')) {
      const node = this.#or();
      this.#needSign(')');
      return node;
    }
    const token = this.#next();
    if (token.kind === 'text') return { kind: 'search', text: token.value };
    if (token.kind !== 'word') throw this.#unexpected(-1);
    return this.#comparison(token.value);
  }

  #comparison(key: string): FilterNode {
    const negated = this.#takeWord('NOT');
    const operator = this.#operator(key);
    if (operator === null) return { kind: 'search', text: key };
    const node: FilterNode = { kind: 'compare', key, operator, values: this.#values(operator) };
    return negated ? { kind: 'not', part: node } : node;
  }

  #operator(key: string): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'sign' && SIGNS.has(token.value)) {
      this.#at++;
      return token.value;
    }
    if (token?.kind === 'word' && WORDS.has(token.value.toUpperCase())) {
      this.#at++;
      return token.value.toUpperCase();
    }
    if (token && !this.#isJoint(token))
      throw syntaxError(`expecting an operator after \`${key}\` but got '${token.value}'`);
    return null;
  }

  #values(operator: string): FilterValue[] {
    if (operator === 'EXISTS') return [];
    if (operator === 'BETWEEN') return this.#between();
    return operator === 'IN' ? this.#list() : [this.#value()];
  }

  #between(): FilterValue[] {
    const low = this.#value();
    if (!this.#takeWord('AND')) throw this.#unexpected();
    return [low, this.#value()];
  }

  #list(): FilterValue[] {
    const close = this.#takeSign('(') ? ')' : this.#takeSign('[') ? ']' : null;
    if (close === null) return [this.#value()];
    const values = [this.#value()];
    while (this.#takeSign(',')) values.push(this.#value());
    this.#needSign(close);
    return values;
  }

  #value(): FilterValue {
    const token = this.#next();
    if (token.kind === 'sign') throw this.#unexpected(-1);
    if (token.kind === 'word' && /^(true|false)$/i.test(token.value)) return token.value.toLowerCase() === 'true';
    return token.value;
  }

  #isJoint(token: Token): boolean {
    const joints = token.kind === 'word' ? ['AND', 'OR'] : [')'];
    return token.kind !== 'text' && token.kind !== 'number' && joints.includes(String(token.value).toUpperCase());
  }

  #startsTerm(): boolean {
    const token = this.#tokens[this.#at];
    if (!token || this.#isJoint(token)) return false;
    return token.kind === 'text' || token.kind === 'word' || (token.kind === 'sign' && token.value === '(');
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'word' && token.value.toUpperCase() === word;
    if (found) this.#at++;
    return found;
  }

  #takeSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    const found = token?.kind === 'sign' && token.value === sign;
    if (found) this.#at++;
    return found;
  }

  #needSign(sign: string): void {
    if (!this.#takeSign(sign)) throw this.#unexpected();
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (!token) throw syntaxError('mismatched input <EOF>');
    return token;
  }

  #unexpected(offset = 0) {
    const token = this.#tokens[this.#at + offset];
    return syntaxError(token ? `mismatched input '${token.value}'` : 'mismatched input <EOF>');
  }
}

/** Parses a filter expression of the v5 query language; null for an empty one; throws SignozRefusal. */
export function parseFilter(expression: string): FilterNode | null {
  const tokens = tokenize(expression);
  return tokens.length === 0 ? null : new FilterParser(tokens).parse();
}
