import { expect } from 'chai';
import type { Finding } from '../../../../src/shared/report.ts';
import { actionsInOrder } from '../../../../src/workers/conclusion/actions-in-order.ts';
import { causeStatement } from '../../../../src/workers/conclusion/cause-statement.ts';
import { changeBefore } from '../../../../src/workers/conclusion/change-before.ts';

const finding = (statement: string, more: Partial<Finding> = {}): Finding => ({
  detector: 'slow-queries',
  class: 'database',
  statement,
  component: null,
  confidence: 0.8,
  cause: true,
  evidence: [1],
  timeline: [],
  actions: [],
  prevention: [],
  metrics: [],
  ...more,
});
const change = (at: string) =>
  finding('a was rolled out', { detector: 'recent-change', timeline: [{ at, what: 'rolled out', evidence: [1] }] });
const began = finding('x', { timeline: [{ at: '2026-11-20T12:00:00Z', what: 'began', evidence: [1] }] });

describe('the parts of a conclusion', () => {
  it('tells cause, effect and change in sentences of their own', () => {
    const effect = finding('The database connection pool of a is exhausted');
    expect(causeStatement(finding('Statements are slow'), effect, change('2026-11-20T11:50:00Z'))).to.equal(
      'Statements are slow. As a result, the database connection pool of a is exhausted. Shortly before, a was rolled out',
    );
    expect(causeStatement(finding('Pod A is dead'), undefined, null)).to.equal('Pod A is dead');
  });

  it('keeps the letters of names inside a sentence', () => {
    expect(causeStatement(finding('X'), finding('HikariPool-1 is full'), null)).to.equal(
      'X. As a result, HikariPool-1 is full',
    );
  });

  it('takes only a change shortly before the first sign of trouble', () => {
    for (const [at, told] of [
      ['2026-11-20T11:45:00Z', true],
      ['2026-11-20T11:20:00Z', false],
      ['2026-11-20T12:01:00Z', false],
    ] as const) {
      expect(changeBefore([began], [began, change(at)]) !== null, at).to.equal(told);
    }
  });

  it('puts what looks before what changes, each command once, and leaves room for both', () => {
    const look = (name: string) => ({ title: name, command: `kubectl get pods ${name}`, risk: null });
    const undo = { title: 'undo', command: 'kubectl rollout undo deployment/a', risk: 'Replaces pods.' };
    const manual = { title: 'Raise the limit', command: null, risk: 'Restarts.' };
    const many = Array.from({ length: 9 }, (_, index) => look(`p${index}`));
    const ordered = actionsInOrder([undo, manual, look('p0'), ...many]);
    expect(ordered.map(({ title }) => title)).to.deep.equal(['p0', 'p1', 'p2', 'p3', 'p4', 'undo', 'Raise the limit']);
  });
});
