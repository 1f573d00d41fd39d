import { FleetError, LeaseLostError } from '../shared/errors.ts';
import { type InvestigationStore, LEASE_MS, type Lease } from '../shared/store/investigation-store.ts';

/**
 * While `work` runs, its lease is renewed three times in `leaseMs`; `signal` is aborted as soon as the lease is lost or can't be
 * renewed in time. Work that fails has its lease given back here; work that ends well has given it back itself, with its last write.
 */
export async function whileLeased<T>(
  investigations: Pick<InvestigationStore, 'renew' | 'release'>,
  lease: Lease,
  outer: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
  leaseMs = LEASE_MS,
): Promise<T> {
  const lost = new AbortController();
  let renewedAt = performance.now();
  const renew = async () => {
    try {
      await investigations.renew(lease);
      renewedAt = performance.now();
    } catch (error) {
      if (error instanceof LeaseLostError) lost.abort(error);
      else if (performance.now() - renewedAt > leaseMs) lost.abort(leaseTooOld(error));
    }
  };
  const timer = setInterval(renew, leaseMs / 3);
  try {
    return await work(AbortSignal.any([outer, lost.signal]));
  } catch (error) {
    if (!lost.signal.aborted) await investigations.release(lease).catch(() => undefined);
    // What the work threw when it was aborted says only that: the cause is that the lease is gone.
    throw lost.signal.aborted ? lost.signal.reason : error;
  } finally {
    clearInterval(timer);
  }
}

function leaseTooOld(cause: unknown): FleetError {
  return new FleetError('store_unavailable', 'the lease could not be renewed in time', { cause, retryable: true });
}
