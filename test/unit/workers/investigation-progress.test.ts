import { expect } from 'chai';
import type { Progress } from '../../../src/shared/store/investigation-store.ts';
import { keepProgress } from '../../../src/workers/investigation-progress.ts';
import { eventually } from '../../support/fleet.ts';

const LEASE = { investigationId: 'v', incidentId: 'i', run: 1, token: '1' };
const NEVER_MS = 60_000;

describe('the progress of an investigation', () => {
  function kept(cardAfterMs: number, show: () => Promise<void> = async () => {}) {
    const saved: string[][] = [];
    const shown: number[] = [];
    const investigations = {
      saveProgress: async (_: unknown, lines: readonly Progress[]) =>
        void saved.push(lines.map(({ what, status, outcome }) => `${what}: ${status}${outcome ? `, ${outcome}` : ''}`)),
    };
    const deps = {
      investigations,
      now: () => new Date(0),
      cardAfterMs,
      show: () => {
        shown.push(saved.length);
        return show();
      },
    };
    return { saved, shown, progress: keepProgress(deps, LEASE) };
  }

  it('stores every line that starts, and what came of it with whatever is stored next', async () => {
    const { saved, progress } = kept(NEVER_MS);
    await progress.start('gathering evidence');
    progress.end('7 of 8 questions answered');
    progress.add('running the detectors', 'no finding');
    expect(saved).to.deep.equal([['gathering evidence: running']]);
    expect(progress.lines().map(({ outcome }) => outcome)).to.deep.equal(['7 of 8 questions answered', 'no finding']);
    await progress.start('reasoning over the evidence');
    expect(saved[1]).to.deep.equal([
      'gathering evidence: done, 7 of 8 questions answered',
      'running the detectors: done, no finding',
      'reasoning over the evidence: running',
    ]);
    await progress.close();
  });

  it('asks for no card where the investigation is over before one is due', async () => {
    const { shown, progress } = kept(NEVER_MS);
    await progress.start('gathering evidence');
    await progress.start('reasoning over the evidence');
    await progress.close();
    expect(shown).to.deep.equal([]);
  });

  it('asks for a card when it is due, and for its update with every line that starts after it', async () => {
    const { shown, progress } = kept(1);
    await progress.start('gathering evidence');
    await eventually('a card', async () => shown.length === 1);
    await progress.start('reasoning over the evidence');
    expect(shown).to.deep.equal([1, 2]);
    await progress.close();
  });

  it('waits at its end for a card that is being asked for, and bears that it can not be had', async () => {
    const asked = Promise.withResolvers<void>();
    const { shown, progress } = kept(1, () => asked.promise);
    await progress.start('gathering evidence');
    await eventually('a card', async () => shown.length === 1);
    let closed = false;
    const closing = progress.close().then(() => {
      closed = true;
    });
    await new Promise((done) => setImmediate(done));
    expect(closed).to.equal(false);
    asked.reject(new Error('the database is away'));
    await closing;
  });
});
