import { expect } from 'chai';
import { templateChanges } from '../../../../../src/workers/localisation/symptoms/template-changes.ts';
import type { LogLine } from '../../../../../src/workers/localisation/telemetry/read-logs.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const [ONSET, END] = [30 * MINUTE, 33 * MINUTE];

type Writes = { body: string; every: number; from?: number; to?: number; question?: string; instance?: string };

/** Lines of the till, one every so many seconds; without a trace id, as most programs write them. */
const lines = (...written: Writes[]): LogLine[] =>
  written
    .flatMap(({ body, every, from = 0, to = END, question = 'till', instance = null }) =>
      Array.from({ length: Math.ceil((to - from) / (every * SECOND)) }, (_, index): LogLine => {
        const component = { service: 'till', instance };
        return { at: from + index * every * SECOND, component, question, trace: null, severity: 'INFO', body };
      }),
    )
    .sort((left, right) => left.at - right.at);

/** The trouble is looked at from its onset on, how it was before in the first quarter of an hour. */
const changesIn = (all: LogLine[]) =>
  templateChanges({
    before: all.filter(({ at }) => at < 15 * MINUTE),
    during: all.filter(({ at }) => at >= ONSET),
    evidence: [4],
  });
const told = (all: LogLine[]) => changesIn(all).map(({ reason }) => reason);

const SERVED: Writes = { body: 'served order 17', every: 3 };

describe('log templates without error words', () => {
  it('are told where a service writes them only since the trouble', () => {
    const [found, ...others] = changesIn(
      lines(SERVED, { body: 'waiting 250 ms for a free slot', every: 5, from: ONSET }),
    );
    expect(found).to.deep.include({ component: { service: 'till', instance: null }, onset: ONSET, evidence: [4] });
    expect(found!.reason).to.equal('till writes "waiting * ms for a free slot" again and again, and never before');
    expect(others).to.deep.equal([]);
  });

  it('are told where they come many times as often', () => {
    const retries = [
      { body: 'trying again after 20 ms', every: 30, to: ONSET },
      { body: 'trying again after 20 ms', every: 1, from: ONSET },
    ];
    expect(told(lines(SERVED, ...retries))).to.deep.equal([
      'till writes "trying again after * ms" many times as often as before',
    ]);
  });

  it('are told where they were regular and stay away, without any trace id', () => {
    const settled = { body: 'settled batch 9', every: 10, to: ONSET };
    expect(told(lines(SERVED, settled))).to.deep.equal(['till writes "settled batch *" no more, and regularly before']);
  });

  it('are nothing worth telling where all goes on as before', () => {
    expect(told(lines(SERVED, { body: 'miss in cache for key 5', every: 20 }))).to.deep.equal([]);
  });

  it('are nothing worth telling as start lines of a rollout, of however many pods', () => {
    const pods = Array.from({ length: 12 }, (_, index) => `till-${index}`);
    const starts = pods.flatMap((instance) =>
      ['loading settings', 'listening on port 8080'].map((body) => {
        return { body, every: 60, from: ONSET + 20 * SECOND, to: ONSET + 21 * SECOND, instance };
      }),
    );
    expect(told(lines(SERVED, ...starts))).to.deep.equal([]);
  });

  it('are nothing worth telling of a scheduled job that was not due before, and of a few retries', () => {
    const job = { body: 'counted coins of drawer 3', every: 1, from: ONSET + MINUTE, to: ONSET + 80 * SECOND };
    const retries = { body: 'trying again after 20 ms', every: 70, from: ONSET };
    expect(told(lines(SERVED, job, retries))).to.deep.equal([]);
  });

  it('are nothing worth telling of a job that comes now and then and is not due now', () => {
    expect(told(lines(SERVED, { body: 'counted coins of drawer 3', every: 300, to: ONSET }))).to.deep.equal([]);
  });

  it('are nothing worth telling where more requests make all of them grow, or the answers stop', () => {
    const rush = ['served order 17', 'looked up price 4', 'paid 12 coins'].flatMap((body) => [
      { body, every: 12, to: ONSET },
      { body, every: 1, from: ONSET },
    ]);
    expect(told(lines(...rush))).to.deep.equal([]);
    expect(told(lines({ ...SERVED, to: ONSET }))).to.deep.equal([]);
  });

  it('are compared within the answers to one question only', () => {
    const asked = { body: 'miss in cache for key 5', every: 5, from: ONSET, question: 'the latest of everybody' };
    expect(told(lines(SERVED, asked))).to.deep.equal([]);
  });

  it('are left to what judges errors where they tell of one', () => {
    expect(told(lines(SERVED, { body: 'payment failed', every: 5, from: ONSET }))).to.deep.equal([]);
  });
});
