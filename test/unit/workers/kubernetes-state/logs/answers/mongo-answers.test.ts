import { expect } from 'chai';
import fc from 'fast-check';
import { notationsIn } from '../../../../../../src/workers/kubernetes-state/logs/answers/shell-notation.ts';
import { kindIn, toldIn } from './told-by.ts';

const inprog = (...operations: string[]): string => `{\n  inprog: [\n${operations.join(',\n')}\n  ],\n  ok: 1\n}`;

const operation = (seconds: number, more: string): string =>
  `    { type: 'op', desc: 'conn9', appName: 'fleet', active: true, opid: 7, secs_running: Long('${seconds}'), op: 'query', ns: 'fleet.trips', ${more} }`;

const INSERT = "command: { insert: 'trips', '$db': 'fleet' }, locks: { Collection: 'w' }";

describe('what MongoDB lists of its operations', () => {
  it('is a collection that is read as a whole, and nothing where an index is used and the operation is short', () => {
    const scan = operation(
      312,
      "command: { aggregate: 'trips', pipeline: [ { '$match': { vin: /^WV/i } } ] }, planSummary: 'COLLSCAN'",
    );
    expect(kindIn(inprog(scan))).to.equal('missing-index');
    expect(toldIn(inprog(scan)))
      .to.include('aggregate trips')
      .and.include('secs_running 312');
    expect(kindIn(inprog(operation(1, "planSummary: 'COLLSCAN'")))).to.equal(null);
    const short = operation(2, "planSummary: 'COLLSCAN', command: { find: 'trips' }");
    expect(kindIn(inprog(short, short, short))).to.equal('missing-index');
    expect(kindIn(inprog(short))).to.equal(null);
    expect(kindIn(inprog(operation(3, "planSummary: 'IXSCAN { vin: 1 }'")))).to.equal(null);
    expect(kindIn('{ inprog: [], ok: 1 }')).to.equal(null);
  });

  it('is read in the JSON of the older shell, too', () => {
    const json = `{"inprog":[{"opid":5,"secs_running":NumberLong(95),"op":"query","ns":"fleet.trips","appName":"fleet","planSummary":"COLLSCAN","command":{"find":"trips"}}],"ok":1}`;
    expect(kindIn(json)).to.equal('missing-index');
  });

  it('tells who shuts the others out, before those who wait', () => {
    const waiting = operation(40, `${INSERT}, waitingForLock: true`);
    const holder = operation(
      80,
      "command: { compact: 'trips', '$db': 'fleet' }, waitingForLock: false, locks: { Collection: 'W' }",
    );
    expect(kindIn(inprog(waiting, waiting, holder))).to.equal('lock-chain');
    expect(toldIn(inprog(waiting, waiting, holder))).to.match(/^compact trips/);
    expect(kindIn(inprog(waiting))).to.equal('sessions-blocked');
  });

  it('tells a transaction that was left open, and none that was begun a moment ago', () => {
    const left = (micros: number) =>
      inprog(
        `{ type: 'idleSession', desc: 'inactive transaction', appName: 'admin-ui', transaction: { timeOpenMicros: Long('${micros}'), timeInactiveMicros: Long('${micros}') }, locks: { Collection: 'w' }, waitingForLock: false }`,
      );
    expect(kindIn(left(400_000_000))).to.equal('open-transaction');
    expect(kindIn(left(400_000))).to.equal(null);
  });

  it('tells an index that is being built', () => {
    const build = operation(
      700,
      "command: { createIndexes: 'trips', indexes: [ { name: 'vin_1' } ] }, msg: 'Index Build: scanning collection'",
    );
    expect(kindIn(inprog(build))).to.equal('index-build');
  });

  it('is silent about streams, backups and the own threads of a server', () => {
    const stream = operation(
      81_233,
      "cursor: { originatingCommand: { aggregate: 'trips', pipeline: [ { '$changeStream': {} } ] } }",
    );
    const replication = `{ type: 'op', desc: 'conn4', appName: 'OplogFetcher', secs_running: Long('81233'), op: 'getmore', ns: 'local.oplog.rs' }`;
    const thread = `{ type: 'op', desc: 'JournalFlusher', active: true, opid: 3, secs_running: Long('81233'), op: 'none', ns: '' }`;
    const backup = operation(4000, "planSummary: 'COLLSCAN'").replace("'fleet'", "'mongodump'");
    expect(kindIn(inprog(stream, replication, thread, backup))).to.equal(null);
  });
});

describe('what MongoDB says of its own state', () => {
  it('is that no ticket is left, not that they are in use', () => {
    const tickets = (out: number) =>
      `{ write: { out: 1, available: 127, totalTickets: 128 }, read: { out: ${out}, available: ${128 - out}, totalTickets: 128 } }`;
    expect(kindIn(tickets(128))).to.equal('tickets-used-up');
    expect(toldIn(tickets(128))).to.equal('read out 128, available 0, totalTickets 128');
    expect(kindIn(tickets(90))).to.equal(null);
  });

  it('is that clients must make room in the cache, not that it is filled', () => {
    const cache = (dirty: number, evicted: number) =>
      `{ 'bytes currently in the cache': 3400000000, 'maximum bytes configured': 4294967296, 'pages evicted by application threads': ${evicted}, 'tracked dirty bytes in the cache': ${dirty} }`;
    expect(kindIn(cache(950_000_000, 812_233))).to.equal('cache-pressure');
    expect(kindIn(cache(95_000_000, 12))).to.equal(null);
    expect(kindIn(cache(950_000_000, 0))).to.equal(null);
  });

  it('is a queue where many wait', () => {
    const queue = (total: number) => `{ currentQueue: { total: ${total}, readers: ${total}, writers: 0 } }`;
    expect(kindIn(queue(240))).to.equal('operations-queue');
    expect(kindIn(queue(2))).to.equal(null);
  });
});

describe('the notation of shells', () => {
  it('is read up to where it is cut off, with what stands in the brackets of its calls', () => {
    const text = `{ a: Long('7'), "b": [ new Date("2031-01-01"), [Object] ], c: { d: 'it\\'s', e: true }, f: 'cut`;
    expect(notationsIn(text)).to.deep.equal([
      { a: '7', b: ['2031-01-01', ['Object']], c: { d: "it\\'s", e: 'true' }, f: 'cut' },
    ]);
  });

  it('ends for every text', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom('{', '}', '[', ']', '(', ')', ':', ',', "'", '"', 'a', 'new ', 'Long(', '\\', '/', '\n', '7'),
          {
            maxLength: 60,
          },
        ),
        (parts) => {
          expect(notationsIn(parts.join(''))).to.be.an('array');
        },
      ),
    );
  });
});
