/** JSON that PostgreSQL takes: jsonb refuses the NUL character and lone surrogates, which alert texts may hold. */
export function storableJson(value: unknown): string {
  return JSON.stringify(value, (_, item) =>
    typeof item === 'string' ? item.replaceAll('\0', '').toWellFormed() : item,
  );
}
