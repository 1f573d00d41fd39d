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
    const wait = await pace.take('C1', true);
    expect(wait).to.be.within(4_000, 5_001);
    expect(Number.isInteger(wait)).to.equal(true);
    expect(await pace.take('C1')).to.be.within(4_500, 5_501);
  });

  it('gives an urgent message its place before the others that wait for one', async () => {
    const pace = paceOf(1, 1_000_000);
    await takeMany(() => pace.take('C1'), PACE_BURST + 1);
    const [other, urgent] = [await pace.take('C1'), await pace.take('C1', true)];
    expect(other - urgent).to.be.within(29_000, 31_000);
    await test.database.query(
      `update rca_fleet.channel_pacing set theoretical_arrival = theoretical_arrival - interval '40 s'`,
    );
    expect(await pace.take('C1')).to.be.above(0);
    expect(await pace.take('C1', true)).to.equal(0);
  });
});
