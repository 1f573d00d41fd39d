import { expect } from 'chai';
import { poisonInput } from '../../../../src/workers/detectors/poison-input.ts';
import { inputsIn } from '../../../../src/workers/detectors/support/taken-up.ts';
import { unsupportedParts } from '../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../src/workers/verification/evidence-index.ts';
import { input } from '../../../support/evidence-fixtures.ts';
import { minute, said } from './support/courses-fixture.ts';

type Told = [index: number, body: string, service?: string, severity?: string];
const ROUNDS = [71, 73, 75, 77, 79];
/** What is worked off all the time, each once. */
const OTHERS: Told[] = Array.from({ length: 40 }, (_, index) => [index * 2, `parsed order_id=40${10 + index} in 12ms`]);
const TAKEN: Told[] = ROUNDS.map((at) => [at + 0.5, 'parsing order_id=5177 lines=88112 delivery=3']);
const DIED: Told[] = ROUNDS.map((at) => [at + 0.6, 'Killed process 812 (parser) total-vm:4194304kB', 'menu', 'ERROR']);

const seen = (lines: Told[]) =>
  input('menu: the oldest order waits too long', [said(...lines.toSorted(([one], [other]) => one - other))], {
    service: 'menu',
    startsAt: new Date(minute(80)).toISOString(),
  });
const found = (...lines: Told[]) => poisonInput(seen(lines));

describe('a piece of work of which a program dies', () => {
  it('is named where each death follows it and others pass, with what to do', () => {
    const [finding] = found(...OTHERS, ...TAKEN, ...DIED);
    expect(finding).to.deep.include({ component: 'menu', class: 'application', cause: true, evidence: [9] });
    expect(finding!.statement).to.include('the same input (order 5177)').and.to.include('redelivered');
    expect(finding!.actions[0]!.title).to.match(/order 5177 aside \(dead letter queue/);
    expect(finding!.timeline.map(({ at }) => at)[0]).to.equal(new Date(minute(71.5)).toISOString());
  });

  it('is named by what the platform tells of the pods of a program, too', () => {
    const killed = ROUNDS.map(
      (at): Told => [at + 0.6, 'pod menu-7d9f4-x2k8v: OOMKilled, exit code 137', 'kubelet', 'WARN'],
    );
    expect(found(...OTHERS, ...TAKEN, ...killed)).to.have.length(1);
    const other = killed.map(([at, body]): Told => [at, body.replace('menu-7d9f4', 'till-66c8b'), 'kubelet', 'WARN']);
    expect(found(...OTHERS, ...TAKEN, ...other, [1, 'open', 'till'])).to.deep.equal([]);
  });

  it('is named where it only fails, if something says that it comes back', () => {
    const fails = ROUNDS.map((at): Told => [at + 0.6, 'unexpected end of stream', 'menu', 'ERROR']);
    expect(found(...OTHERS, ...TAKEN, ...fails)[0]!.statement).to.match(/^menu fails again and again/);
    const once = TAKEN.map(([at]): Told => [at, 'parsing order_id=5177 lines=88112']);
    expect(found(...OTHERS, ...once, ...fails)).to.deep.equal([]);
  });

  it('is none where each death follows another one', () => {
    const different = ROUNDS.map((at, index): Told => [at + 0.5, `parsing order_id=517${index} lines=88112`]);
    expect(found(...OTHERS, ...different, ...DIED)).to.deep.equal([]);
  });

  it('is none where it was named before any death, came to a good end, or nothing else passes', () => {
    expect(found(...OTHERS, [20, 'parsing order_id=5177 lines=88112'], ...TAKEN, ...DIED)).to.deep.equal([]);
    expect(found(...OTHERS, ...TAKEN, [79.55, 'order_id=5177 completed'], ...DIED)).to.deep.equal([]);
    expect(found(...TAKEN, ...DIED)).to.deep.equal([]);
  });

  it('is none where deaths are few or long ago, or it is part of how the program starts', () => {
    expect(found(...OTHERS, ...TAKEN.slice(0, 2), ...DIED.slice(0, 2))).to.deep.equal([]);
    const early = [...TAKEN, ...DIED].map(([at, ...rest]): Told => [at - 60, ...rest]);
    expect(found(...OTHERS, ...early)).to.deep.equal([]);
    const starts = ROUNDS.map((at): Told => [at + 0.5, 'initializing with rules/2033-7.tab']);
    expect(found(...OTHERS, ...starts, ...DIED)).to.deep.equal([]);
  });

  it('is none where other work was taken up between it and the deaths', () => {
    const between = ROUNDS.map((at, index): Told => [at + 0.58, `parsing order_id=61${index}0 lines=9`]);
    expect(found(...OTHERS, ...TAKEN, ...between, ...DIED)).to.deep.equal([]);
  });

  it('is told with nothing that its evidence does not bear out', () => {
    const items = seen([...OTHERS, ...TAKEN, ...DIED]);
    const [finding] = poisonInput(items);
    const grounds = { cited: items.evidence.map(indexEvidence), known: new Set([9]), alertText: '' };
    expect(unsupportedParts(finding!.statement, grounds)).to.deep.equal([]);
  });
});

describe('what a line names of the work', () => {
  it('is jobs, messages and files, and no code, versions or settings', () => {
    expect(inputsIn('reading key=in/2033/batch-7.csv offset=4711')).to.deep.equal([
      { kind: 'key', value: 'in/2033/batch-7.csv' },
      { kind: 'offset', value: '4711' },
    ]);
    expect(inputsIn('menu 3.8.2 started, worker=3 prefetch 4 at internal/zones/client.go:118')).to.deep.equal([]);
    expect(inputsIn('GET http://pantry:8080/v1/dishes/7 200')).to.deep.equal([]);
  });
});
