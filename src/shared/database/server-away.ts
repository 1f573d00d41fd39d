/** SQLSTATE classes that mean "the server is not there or going away" (connection, resources, shutdown). */
const UNAVAILABLE_STATES = /^(08|53|57P)/;
/** Every SQLSTATE has a digit; names of system errors like EPIPE have none. */
const SQL_STATE = /^(?=.*\d)[0-9A-Z]{5}$/;

/** Whether the server is away: errors that PostgreSQL itself did not number come from the connection. They pass, the statement is not at fault. */
export function isServerAway(error: unknown): boolean {
  const state = String((error as { code?: unknown } | null)?.code ?? '');
  return !SQL_STATE.test(state) || UNAVAILABLE_STATES.test(state);
}
