/** Something that calls from one end to another lost (time, calls), with how surely it is so, 0 to 1. */
export type Loss = { caller: string; callee: string; amount: number; certainty: number; calls: number };

/**
 * Whose fault the losses of calls are: an end whose other calls are fine is the less to blame. Every loss is split between its
 * two ends by the square of the share of each end's calls that lost as well (spectrum-based fault localisation on the edges of the call
 * graph): one slow callee of many makes the callee the culprit, all callees slow at once the caller.
 */
export function blameEnds(losses: Loss[]): Map<string, number> {
  const ends = new Map<string, { calls: number; lost: number }>();
  for (const { caller, callee, certainty, calls } of losses) {
    for (const end of [caller, callee]) {
      const known = ends.get(end) ?? { calls: 0, lost: 0 };
      ends.set(end, { calls: known.calls + calls, lost: known.lost + calls * certainty });
    }
  }
  const shareLost = (end: string) => {
    const { calls, lost } = ends.get(end)!;
    return calls > 0 ? (lost / calls) ** 2 : 0;
  };
  const blamed = new Map<string, number>();
  for (const { caller, callee, amount } of losses) {
    const [ofCaller, ofCallee] = [shareLost(caller), shareLost(callee)];
    if (amount <= 0 || ofCaller + ofCallee <= 0) continue;
    blamed.set(caller, (blamed.get(caller) ?? 0) + (amount * ofCaller) / (ofCaller + ofCallee));
    blamed.set(callee, (blamed.get(callee) ?? 0) + (amount * ofCallee) / (ofCaller + ofCallee));
  }
  return new Map([...blamed].filter(([, amount]) => amount > 0));
}
