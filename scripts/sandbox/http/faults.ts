/**
 * What can be made to go wrong in a sandbox server. `answer_late` and `drop_answer` let the effect happen first, which
 * makes the call ambiguous for the caller; `refuse_connection` cuts the connection before anything happens (a port where
 * nobody listens is the server's `stop()`).
 */
export type Fault =
  | { kind: 'error'; error: string }
  | { kind: 'status'; status: number; body?: string }
  | { kind: 'rate_limited'; retryAfterSeconds: number }
  | { kind: 'hang' }
  | { kind: 'answer_late'; ms: number }
  | { kind: 'drop_answer' }
  | { kind: 'refuse_connection' }
  /** A body without end, as fast as it is read. */
  | { kind: 'endless' }
  /** The answer comes byte by byte, `everyMs` apart. */
  | { kind: 'trickle'; everyMs: number }
  /** A body that is no JSON at all, as of a proxy's error page. */
  | { kind: 'garbage' };

/** Which faults are due; an operation is a Slack method, an HTTP path, or `*` for all of them. */
export type FaultPlan = {
  /** The next calls of the operation fail so, one after the other; a standing fault waits until these are used up. */
  failNext(operation: string, fault: Fault, times?: number): void;
  /** Every call of the operation fails so, until null takes it back. */
  setFault(operation: string, fault: Fault | null): void;
  clearFaults(): void;
};

/** A fault plan with the server's side of it: `take` says what this call meets and uses a single fault up. */
export function createFaultPlan(): FaultPlan & { take(operation: string): Fault | null } {
  const next = new Map<string, Fault[]>();
  const standing = new Map<string, Fault>();
  const due = (operation: string) => next.get(operation)?.shift() ?? standing.get(operation) ?? null;
  return {
    failNext(operation, fault, times = 1) {
      next.set(operation, [...(next.get(operation) ?? []), ...Array.from({ length: times }, () => fault)]);
    },
    setFault(operation, fault) {
      if (fault) standing.set(operation, fault);
      else standing.delete(operation);
    },
    clearFaults() {
      next.clear();
      standing.clear();
    },
    take: (operation) => due(operation) ?? due('*'),
  };
}
