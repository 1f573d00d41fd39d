import { expect } from 'chai';
import { createSlackPace, PACE_BURST } from '../../src/workers/slack-pace.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

describe('the pace of what is written to Slack', () => {
  let test: TestStore;
  before(async () => {
    test = await openTestStore('embedded');
  });
  beforeEach(() => test.database.query('delete from rca_fleet.channel_pacing'));
  after(() => test.close());

  const paceOf = (postsPerMinute: number, workspacePerMinute: number) =>
    createSlackPace(test.store.paces, { postsPerMinute, workspacePerMinute });
  const takeMany = async (take: (n: number) => Promise<number>, times: number) => {
    const waits: number[] = [];
    for (let n = 0; n < times; n++) waits.push(await take(n));
    return waits;
  };

  it('gives a channel a short burst, then its share of a minute', async () => {
    const pace = paceOf(1, 1_000_000);
    const waits = await takeMany(() => pace.take('C1'), PACE_BURST + 3);
    expect(waits.filter((wait) => wait === 0)).to.have.length(PACE_BURST + 1);
    expect(waits.at(-1)).to.be.within(30_000, 60_000);
    expect(await pace.take('C2')).to.equal(0);
  });

  it('slows all channels down together when the workspace has had its share', async () => {
    const pace = paceOf(1_000_000, 6);
    const waits = await takeMany((n) => pace.take(`C${n}`), 4);
    expect(waits.slice(0, 2)).to.deep.equal([0, 0]);
    for (const wait of waits.slice(2)) expect(wait).to.be.within(5_000, 10_000);
  });

  it('leaves the workspace to the other channels while one waits', async () => {
    const pace = paceOf(1, 6);
    await pace.hold('C1', 60_000);
    for (const wait of await takeMany(() => pace.take('C1'), 5)) expect(wait).to.be.above(50_000);
    expect(await pace.take('C2')).to.equal(0);
  });

  it('sends nothing to a channel before the end of a hold, of which the longest counts', async () => {
    const pace = paceOf(60, 1_000_000);
    await pace.hold('C1', 5_000.5);
    await pace.hold('C1', 1_000);
    const wait = await pace.take('C1', 'critical');
    expect(wait).to.be.within(4_000, 5_001);
    expect(Number.isInteger(wait)).to.equal(true);
    expect(await pace.take('C1')).to.be.within(5_000, 6_001);
  });

  it('gives a free place to critical messages first, then to answers, then to cards', async () => {
    const pace = paceOf(1, 1_000_000);
    await pace.hold('C1', 60_000);
    const turns = ['critical', 'answer', 'news'] as const;
    for (const [n, wait] of (await Promise.all(turns.map((turn) => pace.take('C1', turn)))).entries())
      expect(wait).to.be.within(59_000 + n * 30_000, 60_001 + n * 30_000);
    for (const [n, turn] of turns.entries()) {
      // The rest of the hold; then the minute of a call, and half a one for those who come after it.
      const passed = `update rca_fleet.channel_pacing set theoretical_arrival = theoretical_arrival - make_interval(secs => $1)`;
      await test.database.query(passed, [n === 0 ? 60 : 90]);
      for (const later of turns.slice(n + 1)) expect(await pace.take('C1', later)).to.be.above(0);
      expect(await pace.take('C1', turn)).to.equal(0);
    }
  });
});
