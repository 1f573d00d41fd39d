import { isSecretName, maskSecrets, removeInvisible } from '../shared/mask-secrets.ts';

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

function maskValue(value: unknown, mask: (text: string) => string, depth: number): unknown {
  if (typeof value === 'string') return mask(value);
  if (value === null || typeof value !== 'object') return value;
  if (depth > MAX_DEPTH) return null;
  if (Array.isArray(value)) return value.map((item) => maskValue(item, mask, depth + 1));
  const entries = Object.entries(value).map(([name, item]) => [
    mask(name),
    typeof item === 'string' && item !== '' && isSecretName(name)
      ? '[masked:secret]'
      : maskValue(item, mask, depth + 1),
  ]);
  return Object.fromEntries(entries);
}
