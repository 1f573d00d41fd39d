import { expect } from 'chai';
import { fillHistory } from '../../scripts/bench/growth/fill-history.ts';
import { answerSample, useStore } from '../../scripts/bench/growth/use-store.ts';
import { createStore, type Store } from '../../src/shared/store/store.ts';
import { availableBackends } from '../support/backends.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { PLAN_MODES, planFaults, planOf, recordStatements, type Statement } from '../support/statement-plans.ts';

/** Large enough that every fault reads more than any statement has to: 300 open incidents, pages of 50, 200 dead letters. */
const INCIDENTS = 30_000;
const MOST_ROWS = 400;
/** What grows with the history; the other tables hold what is open, or what is going on. */
const LARGE = [
  'alerts',
  'incidents',
  'incident_alerts',
  'incident_slots',
  'investigations',
  'evidence',
  'deliveries',
  'charts',
  'llm_spending',
];

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the statements of the store on ${backend}, with ${INCIDENTS} incidents that have ended`, function () {
    this.timeout(120_000);
    let test: TestStore;
    let statements: Statement[];
    let called: Set<string>;
    before(async () => {
      test = await openTestStore(backend);
      await fillHistory(test.database, await answerSample(test.store), { after: 0, upTo: INCIDENTS });
      const recording = recordStatements(test.database);
      const watched = watchMethods(createStore(recording.database));
      await useStore(watched.store, (_, work) => work());
      ({ statements } = recording);
      ({ called } = watched);
    });
    after(() => test.close());

    const faultsOf = (asked: Statement[]) =>
      test.database.withMigrationSession(async (session) => {
        const faults = new Set<string>();
        for (const mode of PLAN_MODES)
          for (const statement of asked)
            for (const fault of planFaults(await planOf(session, statement, mode), LARGE, MOST_ROWS))
              faults.add(`${mode}: ${fault}, in: ${statement.text.trim().replaceAll(/\s+/g, ' ').slice(0, 300)}`);
        return [...faults];
      });

    it('are all among those that are looked at', () => {
      const methods = Object.entries(test.store).flatMap(([name, part]) =>
        Object.keys(part).map((method) => `${name}.${method}`),
      );
      expect(methods.filter((method) => !called.has(method))).to.deep.equal([]);
    });

    it('never read a large table from end to end, nor read or sort more rows than they are about', async () => {
      expect(await faultsOf(statements)).to.deep.equal([]);
    });

    it('would be found out if they did', async () => {
      const everything = { text: 'select count(*) from rca_fleet.alerts where source = $1', values: ['slack'] };
      const sorted = { text: 'select id from rca_fleet.incidents order by title limit 5', values: [] };
      const skipped = {
        text: 'select id from rca_fleet.incidents where title = $1 order by created_at desc, id desc limit 5',
        values: ['nobody has this title'],
      };
      const faults = await faultsOf([everything, sorted, skipped]);
      expect(faults.join('\n'))
        .to.match(/Seq Scan on alerts/)
        .and.match(/Sort sorts 3\d{4} rows/);
      expect(faults.filter((fault) => fault.includes('where title'))).to.have.length(PLAN_MODES.length);
    });
  });
}

/** The same store, which remembers the names of the methods that were called. */
function watchMethods(store: Store): { store: Store; called: Set<string> } {
  const called = new Set<string>();
  const watch = <T extends object>(name: string, part: T): T =>
    new Proxy(part, {
      get: (target, method, receiver) => {
        called.add(`${name}.${String(method)}`);
        return Reflect.get(target, method, receiver);
      },
    });
  const parts = Object.entries(store).map(([name, part]) => [name, watch(name, part)]);
  return { store: Object.fromEntries(parts) as Store, called };
}
