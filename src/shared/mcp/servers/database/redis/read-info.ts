/** INFO as one record: names and values of all sections. */
export type Info = ReadonlyMap<string, string>;

/** Reads the text of INFO; headings and empty lines are left out. */
export function readInfo(text: unknown): Info {
  const lines = String(text).split(/\r?\n/);
  return new Map(
    lines.flatMap((line) => {
      const colon = line.indexOf(':');
      return line.startsWith('#') || colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
}

/** A number of INFO; null where the server does not tell it. */
export function numberIn(info: Info, name: string): number | null {
  const value = Number(info.get(name) || Number.NaN);
  return Number.isFinite(value) ? value : null;
}

/** The fields of a value such as `calls=1,usec=20`. */
export function fieldsOf(value: string): Record<string, string> {
  return Object.fromEntries(
    value.split(',').flatMap((pair) => {
      const sign = pair.indexOf('=');
      return sign < 1 ? [] : [[pair.slice(0, sign), pair.slice(sign + 1)]];
    }),
  );
}

/** The entries whose names begin so, without that beginning, with their fields. */
export function entriesOf(info: Info, prefix: RegExp): { name: string; fields: Record<string, string> }[] {
  return [...info].flatMap(([name, value]) => {
    const [whole] = prefix.exec(name) ?? [];
    return whole === undefined ? [] : [{ name: name.slice(whole.length), fields: fieldsOf(value) }];
  });
}
