import { FleetError } from './errors.ts';

export type GroupCommitOptions = {
  /** Items in one commit at most. */
  maxBatch: number;
  /** Commits under way at once; what comes meanwhile waits and is committed together. */
  maxInFlight: number;
  /** Items waiting at most; more are refused, so that memory stays bounded when the store is slow. */
  maxWaiting: number;
};

type Waiting<I, O> = { item: I; resolve(result: O): void; reject(error: unknown): void };

/** Gathers the items of many requests into few commits: durability then costs one statement per batch, not per request. */
export type GroupCommit<I, O> = {
  /** Resolves when all items are committed. Throws FleetError `store_unavailable` (retryable) when too many wait. */
  submit(items: I[]): Promise<O[]>;
};

/**
 * `commit` returns a result for each item, in order. When a batch fails for another reason than a store that is away, its
 * items are committed one by one, so that one bad item can't take its neighbours down.
 */
export function createGroupCommit<I, O>(
  commit: (items: I[]) => Promise<O[]>,
  options: GroupCommitOptions,
): GroupCommit<I, O> {
  const waiting: Waiting<I, O>[] = [];
  let inFlight = 0;
  let scheduled = false;

  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    // After the requests of this turn of the event loop have all been read.
    setImmediate(() => {
      scheduled = false;
      while (waiting.length > 0 && inFlight < options.maxInFlight) void flush(waiting.splice(0, options.maxBatch));
    });
  };
  const flush = async (batch: Waiting<I, O>[]) => {
    inFlight++;
    await settle(commit, batch);
    inFlight--;
    if (waiting.length > 0) schedule();
  };
  return {
    submit(items) {
      if (waiting.length + items.length > options.maxWaiting) {
        const message = 'too many alerts are waiting to be written down: send this one again in some seconds';
        return Promise.reject(new FleetError('store_unavailable', message, { retryable: true }));
      }
      const results = items.map((item) => new Promise<O>((resolve, reject) => waiting.push({ item, resolve, reject })));
      schedule();
      return Promise.all(results);
    },
  };
}

async function settle<I, O>(commit: (items: I[]) => Promise<O[]>, batch: Waiting<I, O>[]): Promise<void> {
  try {
    const results = await commit(batch.map((entry) => entry.item));
    for (const [index, entry] of batch.entries()) entry.resolve(results[index]!);
  } catch (error) {
    if (batch.length === 1 || isStoreAway(error)) for (const entry of batch) entry.reject(error);
    else await settleOneByOne(commit, batch);
  }
}

async function settleOneByOne<I, O>(commit: (items: I[]) => Promise<O[]>, batch: Waiting<I, O>[]): Promise<void> {
  let away: unknown = null;
  for (const entry of batch) {
    try {
      // When the store went away meanwhile, each of the others would wait for its timeout.
      if (away !== null) throw away;
      const [result] = await commit([entry.item]);
      entry.resolve(result!);
    } catch (error) {
      if (isStoreAway(error)) away = error;
      entry.reject(error);
    }
  }
}

const isStoreAway = (error: unknown) => error instanceof FleetError && error.retryable;
