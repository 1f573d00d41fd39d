/** SQL that writes a timestamp as ISO 8601 in UTC with milliseconds, the same from both drivers. */
export function isoTime(column: string): string {
  return `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}

/** SQL that writes a timestamp as milliseconds since 1970. */
export const epochMs = (column: string) => `extract(epoch from ${column})::float8 * 1000`;

/** True for the text form of a UUID: anything else PostgreSQL would refuse with an error. */
export const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
