import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Heap in use after a full collection, MB, after a fifth, three fifths and all of the calls. */
export type HeapPoints = { calls: number; megabytes: [number, number, number] };

/** Makes so many calls and looks at the heap on the way: what a call leaves behind adds up, what is only warm does not. */
export async function heapOverCalls(calls: number, callMany: (calls: number) => Promise<unknown>): Promise<HeapPoints> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heapAfter = async (share: number) => {
    await callMany(Math.round(calls * share));
    collect();
    return process.memoryUsage().heapUsed / 1e6;
  };
  return { calls, megabytes: [await heapAfter(0.2), await heapAfter(0.4), await heapAfter(0.4)] };
}

/** How much the heap grows over the last four fifths of the calls, MB. */
export function heapGrowth({ megabytes: [first, , last] }: HeapPoints): number {
  return Math.max(0, last - first);
}
