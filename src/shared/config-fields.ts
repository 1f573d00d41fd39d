import { z } from 'zod';

/** The forms of variables that several parts of the configuration share; each fault is a phrase that follows the variable's name. */

/** A text that may be left out. */
export const optionalText = z.string().trim().min(1).optional();

/** An http(s) URL that may be left out. */
export const optionalUrl = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' }).optional();

/** A whole number within bounds. */
export const wholeNumber = (fallback: number, min: number, max: number) =>
  z.coerce
    .number({ error: `is not a whole number from ${min} to ${max}` })
    .int()
    .min(min)
    .max(max)
    .default(fallback);

/** Yes or no, by default no. */
export const flag = z
  .enum(['true', 'false', '1', '0'], { error: 'is neither true nor false' })
  .default('false')
  .transform((value) => value === 'true' || value === '1');

/** Words separated by commas; none when left out. */
export const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter(Boolean),
  );

/** `x-key=value,...`, as OTEL_EXPORTER_OTLP_HEADERS has it: values may be percent-encoded. */
export const httpHeaders = list.transform((entries, context) => {
  const headers: Record<string, string> = {};
  for (const entry of entries) {
    const [, name, value] = /^([!#$%&'*+.^_`|~\w-]+)\s*=\s*(.+)$/.exec(entry) ?? [];
    if (name === undefined || value === undefined) {
      context.addIssue({ code: 'custom', message: 'has an entry that is not of the form name=value' });
      return z.NEVER;
    }
    headers[name.toLowerCase()] = percentDecoded(value);
  }
  return headers;
});

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `api.example.com=127.0.0.1:8443,...`: where the network checks connect for a host, like a hosts file with ports. */
export const resolveOverrides = list.transform((entries, context) => {
  const overrides: Record<string, { address: string; port: number }> = {};
  for (const entry of entries) {
    const match = /^([^=\s]+)=(.+):(\d{1,5})$/.exec(entry);
    if (!match) {
      context.addIssue({ code: 'custom', message: `has "${entry}", which is not of the form host=address:port` });
      return z.NEVER;
    }
    overrides[match[1]!.toLowerCase()] = { address: match[2]!, port: Number(match[3]) };
  }
  return overrides;
});
