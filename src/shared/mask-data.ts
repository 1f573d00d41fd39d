import { isSecretName, maskSecrets, removeInvisible } from './mask-secrets.ts';
import { isCardNumber } from './secret-rules.ts';
import { entriesNamedByOthers, fieldsNamedBySiblings, isListOfPairs, textNamedBefore } from './torn-secrets.ts';

/** Deeper structures are no evidence that a tool of ours returns; what lies below is left out. */
const MAX_DEPTH = 12;

const SQL =
  /\b(?:select\b[^\n]{1,400}?\bfrom|insert\s+into|update\s+[\w."]{1,120}\s+set|delete\s+from|merge\s+into)\b|\bparameters: \$1 = /i;
const LITERAL = /'(?:[^'\\\n]|\\.|''){0,500}'/g;

/** Untrusted text fit to be kept: nothing invisible, no secrets, and in lines of SQL no values, which are people's data. */
export function maskText(text: string): string {
  const masked = maskSecrets(removeInvisible(text));
  if (!masked.includes("'")) return masked;
  return masked
    .split('\n')
    .map((line) => (line.includes("'") && SQL.test(line) ? line.replace(LITERAL, "'?'") : line))
    .join('\n');
}

/** `maskText` for every text of a JSON value; what stands under the name of a secret is masked whatever it is. */
export function maskData(value: unknown): unknown {
  // Rows of telemetry repeat their names and most of their values.
  const masked = new Map<string, string>();
  const mask = (text: string) => {
    const known = masked.get(text) ?? maskText(text);
    masked.set(text, known);
    return known;
  };
  return maskValue(value, mask, 0);
}

type Mask = (text: string) => string;

/** What a value is by what stands around it: fields that another entry names as secrets, a pair of name and value. */
type Around = { hidden?: Set<string>; isPair?: boolean };

function maskValue(value: unknown, mask: Mask, depth: number, around: Around = {}): unknown {
  if (typeof value === 'string') return mask(value);
  if (typeof value === 'number') return isCardNumber(String(value)) ? '[masked:card]' : value;
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return maskList(value, mask, depth, around);
  const secret = namesSecret(value as Record<string, unknown>, around.hidden);
  const entries = Object.entries(value).map(([name, item]) => {
    const hidden = typeof item === 'string' && item !== '' && (secret(name) || isSecretName(name));
    return [mask(name), hidden ? SECRET : secret(name) ? maskAll(item, depth + 1) : maskValue(item, mask, depth + 1)];
  });
  return Object.fromEntries(entries);
}

function maskList(list: unknown[], mask: Mask, depth: number, { isPair = false }: Around): unknown[] {
  if (!isPair && areLines(list)) return maskLines(list, mask);
  const named = entriesNamedByOthers(list);
  const pairs = isListOfPairs(list);
  return list.map((item, index) =>
    textNamedBefore(list, index, isPair)
      ? SECRET
      : maskValue(item, mask, depth + 1, { hidden: named.get(index), isPair: pairs }),
  );
}

/** Texts of one line each: a log, the answers of a server. */
const areLines = (list: unknown[]): list is string[] =>
  list.length > 1 && list.every((item) => typeof item === 'string' && !/[\n\r\u2028\u2029\u0085]/.test(item));

/** A key or a named value may go over several lines, so that they are masked as the one text that they were; there may be fewer afterwards. */
function maskLines(lines: string[], mask: Mask): string[] {
  const single = lines.map((line, index) => (textNamedBefore(lines, index, false) ? SECRET : line));
  return mask(single.join('\n')).split('\n');
}

const SECRET = '[masked:secret]';

/** Which fields of an object are secrets because of another field: the value of `{name: DB_PASSWORD, value}`, the data of a Secret. */
function namesSecret(object: Record<string, unknown>, hidden: Set<string> | undefined): (field: string) => boolean {
  if (object.kind === 'Secret') return (field) => field === 'data' || field === 'stringData';
  const named = fieldsNamedBySiblings(object);
  return (field) => named.has(field) || hidden?.has(field) === true;
}

/** Every text below is hidden; the names stay, because a missing key is a finding. */
function maskAll(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'number') return SECRET;
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => maskAll(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, maskAll(item, depth + 1)]));
}
