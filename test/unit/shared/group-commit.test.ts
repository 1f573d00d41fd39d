import { expect } from 'chai';
import { FleetError } from '../../../src/shared/errors.ts';
import { createGroupCommit } from '../../../src/shared/group-commit.ts';
import { rejection } from '../../support/errors.ts';

const OPTIONS = { maxBatch: 10, maxInFlight: 2, maxWaiting: 20 };
const away = () => new FleetError('store_unavailable', 'away', { retryable: true });

describe('group commit', () => {
  it('commits what comes in one turn together, and gives each sender its own results in order', async () => {
    const batches: number[][] = [];
    const commit = createGroupCommit<number, number>(async (items) => {
      batches.push(items);
      return items.map((item) => item * 10);
    }, OPTIONS);
    const results = await Promise.all([commit.submit([1, 2]), commit.submit([3]), commit.submit([])]);
    expect(results).to.deep.equal([[10, 20], [30], []]);
    expect(batches).to.deep.equal([[1, 2, 3]]);
  });

  it('has at most so many commits under way, of at most so many items', async () => {
    let underWay = 0;
    const seen: { size: number; underWay: number }[] = [];
    const commit = createGroupCommit<number, number>(
      async (items) => {
        underWay++;
        seen.push({ size: items.length, underWay });
        await new Promise((done) => setTimeout(done, 2));
        underWay--;
        return items;
      },
      { ...OPTIONS, maxWaiting: 100 },
    );
    const numbers = Array.from({ length: 95 }, (_, n) => n);
    const results = await Promise.all(numbers.map((n) => commit.submit([n])));
    expect(results.flat()).to.deep.equal(numbers);
    expect(Math.max(...seen.map((one) => one.size))).to.equal(10);
    expect(Math.max(...seen.map((one) => one.underWay))).to.equal(2);
  });

  it('does not let one bad item take its neighbours down', async () => {
    const commit = createGroupCommit<string, string>(async (items) => {
      if (items.includes('bad')) throw new Error('a bad item');
      return items;
    }, OPTIONS);
    const bad = commit.submit(['bad', 'beside it']);
    const results = await Promise.all([commit.submit(['one']), commit.submit(['two'])]);
    expect(results).to.deep.equal([['one'], ['two']]);
    expect((await rejection(bad)).message).to.equal('a bad item');
  });

  it('refuses all at once when the store is away, and takes the next ones', async () => {
    let calls = 0;
    const commit = createGroupCommit<number, number>(async (items) => {
      if (++calls === 1) throw away();
      return items;
    }, OPTIONS);
    const refused = await Promise.all([1, 2, 3].map((n) => rejection(commit.submit([n]))));
    for (const error of refused) expect(error).to.include({ code: 'store_unavailable', retryable: true });
    expect(calls).to.equal(1);
    expect(await commit.submit([4])).to.deep.equal([4]);
  });

  it('asks no more once the store went away in the middle of single items', async () => {
    let calls = 0;
    const commit = createGroupCommit<number, number>(async (items) => {
      calls++;
      if (items.length > 1) throw new Error('one of them is bad');
      if (items[0] === 2) throw away();
      return items;
    }, OPTIONS);
    const outcomes = await Promise.allSettled([1, 2, 3, 4].map((n) => commit.submit([n])));
    expect(outcomes.map((outcome) => outcome.status)).to.deep.equal(['fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(calls).to.equal(3);
  });

  it('refuses what would make too many wait, and takes more when there is room again', async () => {
    const gate = Promise.withResolvers<void>();
    const commit = createGroupCommit<number, number>(async (items) => {
      await gate.promise;
      return items;
    }, OPTIONS);
    const full = Array.from({ length: 20 }, (_, n) => n);
    const waiting = commit.submit(full);
    expect(await rejection(commit.submit([1]))).to.include({ code: 'store_unavailable', retryable: true });
    gate.resolve();
    expect(await waiting).to.deep.equal(full);
    expect(await commit.submit([1])).to.deep.equal([1]);
  });
});
