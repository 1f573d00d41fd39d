import { expect } from 'chai';
import { readDatabase } from '../../../../src/workers/database-state/read-database.ts';
import { shapeOf, writesRows } from '../../../../src/workers/database-state/statement-shape.ts';
import { workloadCause } from '../../../../src/workers/database-state/workload-causes.ts';
import { concluded, inputOf } from '../kubernetes-state/conclude-evidence.ts';

const workload = (statements: Record<string, number>, slow: string[] = []) => ({
  capability: 'snapshot.json',
  data: { name: 'queries', body: { workload: statements, slow_queries: slow } },
});
const host = (metrics: Record<string, number[]>) => ({
  capability: 'snapshot.json',
  data: { name: 'metrics', body: { cpu: metrics } },
});
const causeOf = (...recorded: Parameters<typeof inputOf>[1]) =>
  workloadCause(readDatabase(inputOf('load is high', recorded).evidence));

describe('the workload of a database server', () => {
  it('reads the shape of statements', () => {
    expect(shapeOf('delete from events where id < 5').verb).to.equal('delete');
    expect(shapeOf('SELECT a FROM x, y AS b, z WHERE x.id = b.id').tables).to.deep.equal(['x', 'y', 'z']);
    expect(shapeOf('select * from t where v > (select avg(v) from t)')).to.include({ verb: 'select', subquery: true });
    expect(shapeOf('create index on t (a)').verb).to.equal('index');
    expect(shapeOf('select id from t where id = 1 for update').verb).to.equal('lock');
    expect(['COPY t TO STDOUT', 'COPY t FROM STDIN'].map((copy) => shapeOf(copy).verb)).to.deep.equal([
      'select',
      'copy',
    ]);
    expect(['COPY t TO STDOUT', 'COPY t FROM STDIN'].map(writesRows)).to.deep.equal([false, true]);
  });

  it('only suspects rows that are looked up often where nothing was measured and nobody calls it slow', () => {
    const looks = { 'select title from books where isbn = $1': 300 };
    expect(causeOf(workload(looks))?.confidence).to.be.below(0.5);
    expect(causeOf(workload(looks, Object.keys(looks)))?.confidence).to.be.above(0.7);
    expect(causeOf(workload({ 'insert into books values ($1)': 300 }))?.confidence).to.be.above(0.5);
  });

  it('does not blame a probe, nor a few rows looked up now and then, however busy the host is', () => {
    const busy = host({
      node_load1: [1, 1, 1, 1, 9, 9, 9, 9, 1, 1],
      node_procs_running: [1, 1, 1, 1, 60, 60, 60, 60, 1, 1],
    });
    expect(causeOf(workload({ 'SELECT 1;': 4 }), busy)).to.equal(null);
    expect(causeOf(workload({ 'select id from t where id = 4': 12 }), busy)?.confidence).to.be.below(0.4);
    expect(causeOf(workload({ 'select id from t where id = 4': 4000 }), busy)?.confidence).to.be.above(0.7);
  });

  it('does not take one peak of a second for pressure', () => {
    const peak = host({ node_load1: [1, 1, 1, 1, 9, 1, 1, 1, 1, 1] });
    expect(causeOf(workload({ 'delete from events where id < 5': 90 }), peak)?.text).to.not.include('load average');
  });

  it('explains deletes, inserts, updates, joins and missing indexes by their mechanism', () => {
    expect(causeOf(workload({ 'delete from events where id < 5': 90 }))?.text)
      .to.include('dead tuples')
      .and.to.include('vacuum');
    expect(causeOf(workload({ 'insert into events values (1)': 90 }))?.text).to.include('nserts');
    expect(causeOf(workload({ 'update events set a = 1': 90 }))?.text).to.include('row locks');
    expect(causeOf(workload({ 'select a from x, y, z where x.i = y.i': 9 }))?.text).to.include('join');
    expect(causeOf(workload({ 'select a from x where b = 7': 9 }, ['select a from x where b = 7']))?.text).to.include(
      'missing index',
    );
  });

  it('takes a slow statement before a frequent one, and tells what the host felt', () => {
    const running = [1, 2, 1, 2, 1, 60, 80, 90, 95, 99];
    const { report, struck } = concluded(
      'NodeLoadHigh on the PostgreSQL host',
      [
        workload({ 'select 1': 900, 'select a from x, y, z where x.i = y.i': 12 }, [
          'select a from x, y, z where x.i = y.i',
        ]),
        host({ node_procs_running: running, node_load1: running }),
      ],
      'database',
    );
    expect(report.rootCause.statement).to.include('join').and.to.include('CPU contention').and.to.include('99');
    expect(report.class).to.equal('database');
    expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  });

  it('says nothing without a workload', () => {
    expect(causeOf(host({ node_load1: [1, 1, 1, 1, 1] }))).to.equal(null);
  });

  it('proves a host well whose load fell back and that no statement presses, and none whose disk is full', () => {
    const calm = {
      node_load1: [1, 3, 5, 6, 5, 4, 2, 1.2, 1.1, 1],
      node_procs_running: [2, 2, 3, 2, 2, 2, 1, 2, 2, 2],
      node_disk_written_bytes_total: [4e5, 4e5, 5e5, 4e5, 4e5, 4e5, 5e5, 4e5, 4e5, 4e5],
    };
    const verdictOf = (title: string, metrics: Record<string, number[]>) =>
      concluded(title, [workload({ 'COPY t TO STDOUT': 2 }), host(metrics)], 'database').report.verdict;
    expect(verdictOf('NodeLoadHigh, resolved', calm)).to.equal('healthy');
    expect(verdictOf('NodeFilesystemFull', calm)).to.equal('inconclusive');
    expect(verdictOf('NodeLoadHigh', { ...calm, node_load1: [1, 1, 3, 5, 8, 9, 9, 10, 10, 11] })).to.not.equal(
      'healthy',
    );
  });

  it('blames no statement on a host that was idle, nor a look at some rows where what moved the host is over', () => {
    const often = workload({ 'select v from t where id = 7': 900 });
    const idle = host({
      node_load1: [0.3, 0.4, 0.3, 0.5, 0.4],
      node_disk_written_bytes_total: [4e5, 4e5, 5e5, 4e5, 4e5],
    });
    expect(causeOf(often, idle)?.confidence).to.be.below(0.3);
    expect(causeOf(often, host({ node_load1: [0.9, 1.9, 2.4, 2.2, 2.6] }))?.confidence).to.be.above(0.5);
    expect(
      causeOf(
        often,
        host({ node_load1: [0.3, 0.4, 0.3, 0.5, 0.4], node_disk_written_bytes_total: [4e7, 4e7, 5e7, 4e7, 4e7] }),
      )?.confidence,
    ).to.be.above(0.5);
    const short = host({ node_load1: [0.5, 0.5, 2.1, 2.0, ...Array.from({ length: 16 }, () => 0.5)] });
    expect(causeOf(often, short)?.confidence).to.be.below(0.3);
    expect(
      causeOf(workload({ 'select v from t where id = 7': 900 }, ['select v from t where id = 7']), idle)?.confidence,
    ).to.be.above(0.5);
  });

  it('proves a disk well whose reads are over as the alert says itself, beside its workload', () => {
    const reads = (last: number) =>
      host({
        node_load1: [0.8, 1, 1.1, 1.2, 1.2, 1.1, 1, 1, 0.9, 0.9],
        node_procs_running: [1, 2, 2, 2, 2, 2, 1, 1, 2, 1],
        node_disk_read_bytes_total: [3e5, 2e7, 5e7, 6e7, 4e7, 1e7, last, last, last, last],
      });
    const look = workload({ 'select v from t where id = 7': 9 });
    const verdictOf = (title: string, ...recorded: Parameters<typeof inputOf>[1]) =>
      concluded(title, recorded, 'database').report.verdict;
    expect(verdictOf('HostDiskReadHigh: disk reads 60 MB/s, resolved', look, reads(4e5))).to.equal('healthy');
    expect(verdictOf('HostDiskReadHigh: disk reads 60 MB/s', look, reads(4e5))).to.not.equal('healthy');
    expect(verdictOf('HostDiskReadHigh: disk reads 60 MB/s, resolved', look, reads(3e7))).to.not.equal('healthy');
    expect(verdictOf('HostDiskReadHigh: disk reads 60 MB/s, resolved', reads(4e5))).to.not.equal('healthy');
  });

  it('tells of indexes that were laid one upon the other, where a statement must write into them', () => {
    const indexes = Object.fromEntries(
      ['a', 'a, b', 'a, b, c', 'b', 'c'].map((columns, at) => [
        `CREATE INDEX CONCURRENTLY i${at} ON shop.line USING btree (${columns})`,
        1,
      ]),
    );
    const slow = 'insert into line (a, b, c) values (1, 2, 3)';
    const told = causeOf(workload({ ...indexes, [slow]: 70 }, [slow]))?.text;
    expect(told).to.include('Redundant indexes').and.to.include('i0');
    const other = 'insert into entry values (1)';
    expect(causeOf(workload({ ...indexes, [other]: 70 }, [other]))?.text).to.not.include('Redundant');
    const few = { 'create index x on line (a)': 1, 'create index y on line (b)': 1 };
    expect(causeOf(workload({ ...few, [slow]: 70 }, [slow]))?.text).to.not.include('Redundant');
    const mysql = Object.fromEntries(
      ['a', 'a, b', 'b', 'c'].map((columns, at) => [`ALTER TABLE line ADD INDEX k${at} (${columns})`, 1]),
    );
    expect(causeOf(workload({ ...mysql, [slow]: 70 }, [slow]))?.text).to.include('Redundant');
  });
});
