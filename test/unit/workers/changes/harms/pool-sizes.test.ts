import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { largePool } from '../../../../../src/workers/changes/harms/pool-sizes.ts';

const harmsOf = (file: string, ...lines: string[]) => {
  const detail = lines.join('\n');
  return largePool({ ...diffLines(detail), detail, files: [file] });
};

const LARGER: [name: string, file: string, diff: string[]][] = [
  ['Go', 'store.go', ['-\tdb.SetMaxOpenConns(20)', '+\tdb.SetMaxOpenConns(120)']],
  ['Python', 'store.py', ['-engine = create_engine(URL, pool_size=5)', '+engine = create_engine(URL, pool_size=40)']],
  ['Node', 'store.ts', [' const pool = new Pool({', '-  max: 10,', '+  max: 60,', ' });']],
  ['Rails', 'config/database.yml', ['-  pool: 5', '+  pool: 50']],
  ['Spring', 'application.yaml', ['   hikari:', '-      maximum-pool-size: 10', '+      maximum-pool-size: 45']],
  ['more pods with a pool each', 'deploy/tides.yaml', ['-  replicas: 4', '+  replicas: 18']],
];

const NOT_LARGER: [name: string, file: string, diff: string[]][] = [
  ['tuned', 'store.go', ['-\tdb.SetMaxOpenConns(20)', '+\tdb.SetMaxOpenConns(24)']],
  ['smaller', 'store.go', ['-\tdb.SetMaxOpenConns(20)', '+\tdb.SetMaxOpenConns(4)']],
  [
    'a time of the pool',
    'application.yaml',
    ['   hikari:', '-      max-lifetime: 600000', '+      max-lifetime: 1800000'],
  ],
  ['what the server lets in', 'postgresql.conf', ['-max_connections = 100', '+max_connections = 400']],
  ['what the pooler lets in', 'pgbouncer.ini', ['-max_client_conn = 100', '+max_client_conn = 900']],
  ['a pool of threads elsewhere', 'labels.yaml', ['-  carpool_seats: 4', '+  carpool_seats: 9']],
];

describe('sizes of pools', () => {
  for (const [name, file, diff] of LARGER) {
    it(`takes from others what the server has for all: ${name}`, () => {
      const [found] = harmsOf(file, ...diff);
      expect(found).to.include({ isPlain: true, holdsOthers: true });
      const refusals = [
        'FATAL: sorry, too many clients already',
        'remaining connection slots are reserved for roles with the SUPERUSER attribute',
        'ERROR 1040 (08004): Too many connections',
        'ORA-00020: maximum number of processes (300) exceeded',
      ];
      expect(refusals.filter((text) => !found!.shows.test(text))).to.deep.equal([]);
      expect(found!.shows.test('HikariPool-1 - Connection is not available')).to.equal(false);
    });
  }

  for (const [name, file, diff] of NOT_LARGER) {
    it(`takes no more than before: ${name}`, () => {
      expect(harmsOf(file, ...diff), diff.join('\n')).to.deep.equal([]);
    });
  }
});
