import { expect } from 'chai';
import { pause } from '../../../src/shared/deadline.ts';
import { LeaseLostError } from '../../../src/shared/errors.ts';
import { whileLeased } from '../../../src/workers/keep-lease.ts';
import { rejection } from '../../support/errors.ts';

const LEASE = { investigationId: 'v', incidentId: 'i', run: 1, token: '1' };
const LEASE_MS = 30;
const RUNNING = new AbortController().signal;

/** The store's side of a lease; `renew` answers by this. */
function leaseBook(renew: () => Promise<void> = async () => {}) {
  const book = { renewed: 0, released: 0 };
  return {
    book,
    investigations: {
      renew: () => {
        book.renewed++;
        return renew();
      },
      release: async () => void book.released++,
    },
  };
}

/** Work that ends when it is told to, with an error of its own. */
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the caller gave up')), { once: true });
  });

describe('work under a lease', () => {
  it('renews the lease while it runs, then asks no more: work that ends well has given it back itself', async () => {
    const { book, investigations } = leaseBook();
    const result = await whileLeased(
      investigations,
      LEASE,
      RUNNING,
      async () => {
        while (book.renewed < 3) await pause(1);
        return 'done';
      },
      LEASE_MS,
    );
    expect(result).to.equal('done');
    const { renewed } = book;
    await pause(2 * LEASE_MS);
    expect(book).to.deep.equal({ renewed, released: 0 });
  });

  it('gives the lease back when the work fails', async () => {
    const { book, investigations } = leaseBook();
    const failing = whileLeased(investigations, LEASE, RUNNING, () => Promise.reject(new Error('broken')), LEASE_MS);
    expect((await rejection(failing)).message).to.equal('broken');
    expect(book.released).to.equal(1);
  });

  it('aborts the work when the lease is lost, and says that, not what the work made of it', async () => {
    const { book, investigations } = leaseBook(() => Promise.reject(new LeaseLostError('i')));
    expect(await rejection(whileLeased(investigations, LEASE, RUNNING, untilAborted, LEASE_MS))).to.be.instanceOf(
      LeaseLostError,
    );
    expect(book.released).to.equal(0);
  });

  it('bears a renewal that fails, and aborts the work when none has succeeded for the time of the lease', async () => {
    const { book, investigations } = leaseBook(() => Promise.reject(new Error('the database is away')));
    // Long enough for a busy machine: a timer that is as late as a third of it would leave out a renewal.
    const error = await rejection(whileLeased(investigations, LEASE, RUNNING, untilAborted, 30 * LEASE_MS));
    expect(error).to.include({ code: 'store_unavailable', retryable: true });
    expect(book.renewed).to.be.greaterThan(1);
  });

  it('passes an abort from outside on, and gives the lease back', async () => {
    const { book, investigations } = leaseBook();
    const stop = new AbortController();
    const stopped = rejection(whileLeased(investigations, LEASE, stop.signal, untilAborted, LEASE_MS));
    stop.abort();
    expect((await stopped).message).to.equal('the caller gave up');
    expect(book.released).to.equal(1);
  });
});
