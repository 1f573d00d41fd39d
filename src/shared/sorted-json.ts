/** The fields of an object as JSON in the order of their names: the same text for the same fields, whoever wrote them in which order. */
export function sortedJson(fields: Record<string, unknown>): string {
  return JSON.stringify(
    Object.keys(fields)
      .sort()
      .map((name) => [name, fields[name]]),
  );
}
