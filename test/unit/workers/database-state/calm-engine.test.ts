import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, command: string, answer: string): string =>
  concluded(
    makeAlert({ title, service: 'till-mysql' }),
    [printed(`mysql -h till-mysql ${command}`, answer)],
    'database',
  ).report.verdict;

const monitor = (history: number, more = ''): string =>
  `=====================================\n2031-04-02 10:31:02 0x7f INNODB MONITOR OUTPUT\n=====================================\n------------\nTRANSACTIONS\n------------\nTrx id counter 81223\nHistory list length ${history}\nLIST OF TRANSACTIONS FOR EACH SESSION:\n---TRANSACTION 421938122, not started\n${more}`;

describe('an engine that is shown to be well', () => {
  const asked = '-e "show engine innodb status\\G"';
  const title = 'InnoDB history list of till-mysql above 1000';

  it('keeps up with its history, without old transactions and waits', () => {
    expect(verdict(title, asked, monitor(1410))).to.equal('healthy');
    expect(verdict(title, asked, monitor(2_141_000))).not.to.equal('healthy');
    expect(verdict(title, asked, monitor(1410, '---TRANSACTION 81222, ACTIVE 4100 sec\n'))).not.to.equal('healthy');
    expect(
      verdict(title, asked, monitor(1410, '------- TRX HAS BEEN WAITING 14 SEC FOR THIS LOCK TO BE GRANTED:\n')),
    ).not.to.equal('healthy');
  });

  it('has nobody who waits for a row', () => {
    const waits = (now: number) =>
      `Variable_name\tValue\nInnodb_row_lock_current_waits\t${now}\nInnodb_row_lock_waits\t8122\n`;
    const status = `-e "show global status like 'Innodb_row_lock%'"`;
    expect(verdict('Row locks of till-mysql above the usual', status, waits(0))).to.equal('healthy');
    expect(verdict('Row locks of till-mysql above the usual', status, waits(3))).not.to.equal('healthy');
  });

  it('runs few statements at a time', () => {
    const running = (now: number, waits = 0) =>
      `Variable_name\tValue\nInnodb_row_lock_current_waits\t${waits}\nThreads_running\t${now}\n`;
    const status = `-e "show global status where variable_name in ('Threads_running', 'Innodb_row_lock_current_waits')"`;
    expect(verdict('Threads_running of till-mysql above 30', status, running(4))).to.equal('healthy');
    expect(verdict('Threads_running of till-mysql above 30', status, running(44))).not.to.equal('healthy');
    expect(verdict('Threads_running of till-mysql above 30', status, running(4, 3))).not.to.equal('healthy');
  });
});
