/** `{name}` or `{name:format}`; the formats are below. */
const PLACEHOLDER = /\{([A-Za-z][A-Za-z0-9]*)(?::([a-z]+))?\}/g;
const WHOLE = /^\{([A-Za-z][A-Za-z0-9]*)(?::([a-z]+))?\}$/;
/** `[[...]]` is left out, alone, where a value in it is not given. */
const OPTIONAL = /\[\[(.*?)\]\]/g;

const NANOS = 1_000_000n;

/** Other forms of a value: times as numbers, texts as literals of a query. */
const FORMATS: Record<string, (value: unknown) => unknown> = {
  /** Milliseconds, seconds and nanoseconds since 1970 of an ISO 8601 time. */
  ms: (value) => Date.parse(String(value)),
  s: (value) => Math.floor(Date.parse(String(value)) / 1000),
  ns: (value) => String(BigInt(Date.parse(String(value))) * NANOS),
  /** 'text' and "text" with what would end it escaped: whatever the value holds, it stays one literal. */
  quote: (value) => `'${String(value).replace(/['\\]/g, '\\$&')}'`,
  dquote: (value) => JSON.stringify(String(value)),
  /** A text that stands for itself inside of a regular expression. */
  regex: (value) => String(value).replace(/[.*+?^${}()|[\]\\"]/g, '\\$&'),
  upper: (value) => String(value).toUpperCase(),
  lower: (value) => String(value).toLowerCase(),
  text: (value) => String(value),
  /** The same as a text, for tools that declare their times to be one. */
  mstext: (value) => String(Date.parse(String(value))),
  /** Names as labels of a PromQL or LogQL query, with commas between them. */
  labels: (value) => [value].flat().map(toLabel).join(', '),
};

/** What Prometheus makes of an OpenTelemetry attribute's name. */
const toLabel = (name: unknown) => String(name).replace(/[^A-Za-z0-9_]/g, '_');

/** The placeholders of a template whose names are not among these, and formats that do not exist; empty when it is sound. */
export function templateFaults(template: unknown, names: readonly string[]): string[] {
  const faults = textsOf(template).flatMap((text) =>
    [...text.matchAll(PLACEHOLDER)].flatMap(([whole, name, format]) => [
      ...(names.includes(name!) ? [] : [`${whole} names no argument: there are ${names.join(', ') || 'none'}`]),
      ...(format === undefined || Object.hasOwn(FORMATS, format)
        ? []
        : [`${whole}: the formats are ${Object.keys(FORMATS).join(', ')}`]),
    ]),
  );
  return [...new Set(faults)];
}

/**
 * The template with the input's values put in. A text that is one placeholder becomes the value itself; whatever needs a value that
 * is not given is left out.
 */
export function fillTemplate(
  template: Record<string, unknown>,
  input: Record<string, unknown>,
): Record<string, unknown> {
  return (fill(template, input) ?? {}) as Record<string, unknown>;
}

function fill(template: unknown, input: Record<string, unknown>): unknown {
  if (typeof template === 'string') return fillText(template, input);
  if (Array.isArray(template)) return template.map((item) => fill(item, input)).filter((item) => item !== undefined);
  if (template === null || typeof template !== 'object') return template;
  const entries = Object.entries(template).map(([key, value]) => [key, fill(value, input)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function fillText(text: string, input: Record<string, unknown>): unknown {
  const [, whole, format] = WHOLE.exec(text) ?? [];
  if (whole !== undefined) return formatted(input[whole], format);
  return putIn(
    text.replaceAll(OPTIONAL, (_match, part: string) => putIn(part, input) ?? ''),
    input,
  );
}

/** Undefined where a value is not given. What was put in is not looked at again: a value with braces stays as it is. */
function putIn(text: string, input: Record<string, unknown>): string | undefined {
  let missing = false;
  const filled = text.replaceAll(PLACEHOLDER, (_match, name: string, as: string | undefined) => {
    const value = formatted(input[name], as);
    missing ||= value === undefined;
    return String(value);
  });
  return missing ? undefined : filled;
}

function formatted(value: unknown, format: string | undefined): unknown {
  if (value === undefined || value === null || format === undefined) return value ?? undefined;
  return FORMATS[format]!(value);
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [];
}
