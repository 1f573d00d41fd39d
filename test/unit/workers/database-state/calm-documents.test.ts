import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, ...asked: [expression: string, answer: string][]): string =>
  concluded(
    makeAlert({ title, service: 'ledger-mongo' }),
    asked.map(([expression, answer]) =>
      printed(`kubectl exec -n books ledger-mongo-1 -- mongosh --quiet --eval '${expression}'`, answer),
    ),
    'database',
  ).report.verdict;

const RUNNING = 'db.currentOp({ active: true, secs_running: { $gt: 30 } })';
const long = (seconds: number) =>
  `{ inprog: [ { opid: 1, secs_running: Long('${seconds}'), op: 'query', ns: 'ledger.lines', appName: 'ledger', waitingForLock: false } ] }`;

describe('a server of documents that is shown to be well', () => {
  it('has no operation that takes long', () => {
    const title = 'Long running operations on ledger-mongo';
    expect(verdict(title, [RUNNING, '{ inprog: [], ok: 1 }'])).to.equal('healthy');
    expect(verdict(title, [RUNNING, long(2)])).to.equal('healthy');
    expect(verdict(title, [RUNNING, long(900)])).not.to.equal('healthy');
    expect(verdict(title, ['db.currentOp({ waitingForLock: true })', '{ inprog: [], ok: 1 }'])).not.to.equal('healthy');
  });

  it('lets nobody wait for a lock', () => {
    const asked = 'db.currentOp({ waitingForLock: true })';
    expect(verdict('Locks on ledger-mongo above the usual', [asked, '{ inprog: [], ok: 1 }'])).to.equal('healthy');
    expect(
      verdict('Locks on ledger-mongo above the usual', [asked, long(4).replace('Lock: false', 'Lock: true')]),
    ).not.to.equal('healthy');
  });

  it('has room for its clients and refused none', () => {
    const clients = (current: number, available: number, rejected: number): [string, string] => [
      'db.serverStatus().connections',
      `{ current: ${current}, available: ${available}, totalCreated: 81223, rejected: ${rejected} }`,
    ];
    const title = 'Connections of ledger-mongo above 400';
    expect(verdict(title, clients(412, 51_788, 0))).to.equal('healthy');
    expect(verdict(title, clients(412, 51_788, 91))).not.to.equal('healthy');
    expect(verdict(title, clients(770, 30, 0))).not.to.equal('healthy');
  });
});
