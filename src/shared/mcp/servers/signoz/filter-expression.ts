/**
 * A value as a literal of SigNoz's v5 filter language. Single quotes, because its parser undoes `\\` and `\'` only (and in
 * that order), so that no service name can end the literal and add conditions of its own.
 */
export function literal(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Conditions joined by AND, the missing ones left out; undefined when nothing is asked. */
export function allOf(conditions: (string | undefined)[]): { expression: string } | undefined {
  const given = conditions.filter((condition) => condition !== undefined && condition !== '');
  return given.length > 0 ? { expression: given.join(' AND ') } : undefined;
}

/** A caller's own expression as one condition beside others. */
export function nested(expression: string | undefined): string | undefined {
  return expression?.trim() ? `(${expression})` : undefined;
}

/** `key = 'value'`, undefined without a value. */
export function equalTo(key: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : `${key} = ${literal(value)}`;
}
