import { expect } from 'chai';
import type { IncidentItem } from '../../src/shared/store/incident-store.ts';
import { aClassified } from '../support/alerts.ts';
import { availableBackends } from '../support/backends.ts';
import {
  claimDelivery,
  claimIncident,
  expireLeases,
  makeQuiet,
  openIncident,
  reportedIncident,
} from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const encode = (text: string) => Buffer.from(text).toString('base64url');

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`incident store on ${backend}`, () => {
    let test: TestStore;
    let incidents: TestStore['store']['incidents'];
    before(async () => {
      test = await openTestStore(backend);
      ({ incidents } = test.store);
    });
    after(() => test.close());

    it('lists every incident once, newest first, also where many have the same time', async () => {
      const ids = await Promise.all(Array.from({ length: 25 }, () => openIncident(test, { service: 'paged' })));
      const sameTime = `update rca_fleet.incidents set created_at = '2026-10-01T08:00:00.123Z' where service = 'paged'`;
      await test.database.query(sameTime);
      const listed: IncidentItem[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await incidents.list({ limit: 7, cursor, service: 'paged' });
        expect(page.items.length).to.be.at.most(7);
        listed.push(...page.items);
        cursor = page.nextCursor;
      }
      expect(listed.map((item) => item.id)).to.deep.equal([...ids].sort().reverse());
      expect(listed[0]!.createdAt).to.equal('2026-10-01T08:00:00.123Z');
    });

    it('filters by state and service', async () => {
      const id = await openIncident(test, { service: 'filtered' });
      await openIncident(test, { service: 'filtered' });
      await incidents.die(id, 1, 'bug', 'test');
      const dead = await incidents.list({ limit: 10, state: 'dead', service: 'filtered' });
      expect(dead.items.map((item) => item.id)).to.deep.equal([id]);
      expect((await incidents.list({ limit: 10, service: 'nobody' })).items).to.deep.equal([]);
      expect((await incidents.list({ limit: 10, service: "x' or 1=1 --\0" })).items).to.deep.equal([]);
    });

    const id = '00000000-0000-4000-8000-000000000000';
    const hostile = {
      'no base64': '%%%',
      nothing: '',
      'a year alone': encode(`2026|${id}`),
      'a time that PostgreSQL does not have': encode(`+275760-09-13T00:00:00.000Z|${id}`),
      'the year 0': encode(`0000-01-01T00:00:00.000Z|${id}`),
      'a month that does not exist': encode(`2026-13-01T00:00:00.000Z|${id}`),
      'a day that does not exist': encode(`2026-02-30T00:00:00.000Z|${id}`),
      'another way to write a time': encode(`1 Oct 2026|${id}`),
      'an id that is none': encode('2026-10-01T08:00:00.123Z|1; drop table incidents'),
      'a NUL character': encode(`2026-10-01T08:00:00.123Z\0|${id}\0`),
      'half of one': encode('2026-10-01T08:00:00.123Z'),
    };
    for (const [what, cursor] of Object.entries(hostile)) {
      it(`reads a cursor with ${what} as the beginning of the list`, async () => {
        const [page, first] = [await incidents.list({ limit: 3, cursor }), await incidents.list({ limit: 3 })];
        expect(page).to.deep.equal(first);
      });
    }

    it('finds nothing under an id that is none', async () => {
      expect(await incidents.find("' or 1=1")).to.equal(null);
      expect(await incidents.redrive("' or 1=1")).to.equal(null);
    });

    it('ends an incident as dead once, and asks for one honest line in its thread', async () => {
      const open = await openIncident(test);
      const results = await Promise.all([1, 2, 3].map(() => incidents.die(open, 1, 'bug', 'broke \0 here')));
      expect(results.filter((result) => result !== null)).to.deep.equal([{ wanted: 1 }]);
      expect(await incidents.find(open)).to.include({ state: 'dead', deadReason: 'bug', reason: 'broke  here' });
      expect(await test.store.deliveries.list(open)).to.have.length(1);
      expect(await incidents.die(open, 1, 'budget', 'again')).to.equal(null);
    });

    it('does not end a run that is not the current one', async () => {
      const open = await openIncident(test);
      expect(await incidents.die(open, 2, 'bug', 'x')).to.equal(null);
      expect(await incidents.find(open)).to.include({ state: 'received' });
    });

    it('gives up on the messages with the incident when Slack is the reason', async () => {
      const { incidentId } = await reportedIncident(test);
      const lease = await claimDelivery(test, incidentId);
      await test.store.deliveries.open(lease, 'overflow-1', { channel: 'C', threadTs: '1' });
      expect(await incidents.die(incidentId, 1, 'slack_rejected', 'not_in_channel')).to.deep.equal({ wanted: null });
      const rows = await test.store.deliveries.list(incidentId);
      expect(rows.map((row) => [row.state, row.lastError])).to.deep.equal([
        ['failed', 'not_in_channel'],
        ['failed', 'not_in_channel'],
      ]);
    });

    it('lets nobody conclude who has lost his lease', async () => {
      const open = await openIncident(test);
      const late = await claimIncident(test, open, 'late');
      await expireLeases(test, open);
      const holder = await claimIncident(test, open, 'holder');
      expect(await incidents.die(open, 1, 'bug', 'x', { of: 'investigation', token: late.token })).to.equal(null);
      expect(await incidents.die(open, 1, 'bug', 'x', { of: 'investigation', token: holder.token })).to.not.equal(null);

      const { incidentId } = await reportedIncident(test);
      const first = await claimDelivery(test, incidentId);
      await expireLeases(test, incidentId);
      const second = await claimDelivery(test, incidentId);
      const fence = (token: string) => ({ of: 'delivery' as const, token });
      expect(await incidents.die(incidentId, 1, 'slack_rejected', 'x', fence(first.token))).to.equal(null);
      expect(await incidents.die(incidentId, 1, 'slack_rejected', 'x', fence(second.token))).to.not.equal(null);
    });

    it('sends a dead incident round again once, as a new run', async () => {
      const dead = await openIncident(test);
      await incidents.die(dead, 1, 'poison', 'died');
      const results = await Promise.all([1, 2, 3].map(() => incidents.redrive(dead)));
      expect(results.filter((result) => result !== null)).to.deep.equal([
        { run: 2, agent: 'network', priority: 2, state: 'received', trace: null },
      ]);
      expect(await incidents.find(dead)).to.include({ state: 'received', run: 2, deadReason: null, finishedAt: null });
      expect((await incidents.find(dead))!.reason).to.match(/sent round again after: died/);
      expect(await incidents.redrive(dead)).to.equal(null);
    });

    it('delivers alone where the report stands and only Slack had failed', async () => {
      const { incidentId, wanted } = await reportedIncident(test);
      await incidents.die(incidentId, 1, 'slack_unavailable', 'down');
      expect(await incidents.redrive(incidentId)).to.include({ state: 'reported', run: 1 });
      const [reply] = await test.store.deliveries.list(incidentId);
      expect(reply).to.include({ state: 'pending', wanted: wanted + 1 });
    });

    it('lists the dead until somebody deals with them, newest first', async () => {
      const [first, second] = [await openIncident(test), await openIncident(test)];
      await incidents.die(first!, 1, 'bug', 'one');
      await incidents.die(second!, 1, 'bug', 'two');
      const listed = await incidents.deadLetters(2);
      expect(listed.map((item) => item.incidentId)).to.deep.equal([second, first]);
      expect(listed[0]).to.include({ run: 1, deadReason: 'bug', reason: 'two' });
      await incidents.redrive(second!);
      expect((await incidents.deadLetters(1)).map((item) => item.incidentId)).to.deep.equal([first]);
    });

    it('lists quiet incidents in turns, and leaves out those that somebody works on, have a report or have ended', async () => {
      await test.database.query(
        `update rca_fleet.incidents set finished_at = now(), state = 'posted' where finished_at is null`,
      );
      const quiet = [await openIncident(test), await openIncident(test), await openIncident(test)];
      const held = await openIncident(test);
      await claimIncident(test, held);
      const died = await openIncident(test);
      await claimIncident(test, died);
      await expireLeases(test, died);
      const { incidentId: reported } = await reportedIncident(test);
      const ended = await openIncident(test);
      await incidents.die(ended, 1, 'bug', 'x');
      await incidents.markQueued([...quiet, ended]);
      await makeQuiet(test, [...quiet, held, died, reported, ended]);
      await incidents.markQueued([await openIncident(test)]);

      const seen: string[] = [];
      for (let round = 0; round < 2; round++) {
        const some = await incidents.stale(10, 2);
        seen.push(...some.map((item) => item.incidentId));
        await incidents.touch(some.map((item) => item.incidentId));
      }
      expect(seen).to.have.members([...quiet, died]);
      expect(await incidents.stale(10, 2)).to.deep.equal([]);
    });

    it('lists what waits for room in its queue in its turn: the most urgent first, then the oldest', async () => {
      const waiting = (priority: number) => aClassified({}, { agent: 'database', priority });
      const stored = await test.store.intake.storeAlerts([3, 1, 3].map(waiting));
      const [older, critical, newer] = stored.map((decision) => decision.incidentId);
      const queued = await openIncident(test);
      await incidents.markQueued([queued]);
      await makeQuiet(test, [older!, critical!, newer!, queued]);
      await test.database.query(`update rca_fleet.incidents set turn_at = turn_at - interval '30 min' where id = $1`, [
        older,
      ]);
      const ids = async (agent: string, limit: number) =>
        (await incidents.waiting(agent, 2, limit)).map((item) => item.incidentId);
      expect(await ids('database', 10)).to.deep.equal([critical, older, newer]);
      expect(await ids('database', 1)).to.deep.equal([critical]);
      expect(await ids('nobody', 10)).to.deep.equal([]);
      expect(await incidents.waiting('database', 3_600, 10)).to.deep.equal([]);
    });

    it('marks only received incidents as queued', async () => {
      const [received, working] = [await openIncident(test), await openIncident(test)];
      await claimIncident(test, working!);
      await incidents.markQueued([received!, working!]);
      expect(await incidents.find(received!)).to.include({ state: 'queued' });
      expect(await incidents.find(working!)).to.include({ state: 'investigating' });
    });

    it('deletes what ended long ago with all that belongs to it, in batches, and keeps the dead and the open', async () => {
      const old = [await openIncident(test), await openIncident(test), await openIncident(test)];
      const [dead, open] = [await openIncident(test), await openIncident(test)];
      await incidents.die(dead!, 1, 'bug', 'x');
      const { incidentId: posted } = await reportedIncident(test);
      const ended = `update rca_fleet.incidents set state = 'posted', finished_at = now() - interval '91 days' where id = any($1::uuid[])`;
      await test.database.query(ended, [[...old, posted]]);
      const longDead = `update rca_fleet.incidents set finished_at = now() - interval '91 days' where id = $1`;
      await test.database.query(longDead, [dead]);
      const batches = [await incidents.prune(90, 3), await incidents.prune(90, 3), await incidents.prune(90, 3)];
      expect(batches).to.deep.equal([
        { incidents: 3, alerts: 3 },
        { incidents: 1, alerts: 1 },
        { incidents: 0, alerts: 0 },
      ]);
      for (const gone of [...old, posted]) {
        expect(await incidents.find(gone)).to.equal(null);
        expect(await incidents.alerts(gone)).to.deep.equal([]);
        expect(await test.store.deliveries.list(gone)).to.deep.equal([]);
      }
      expect(await incidents.find(dead!)).to.include({ state: 'dead' });
      expect(await incidents.find(open!)).to.include({ state: 'received' });
      const orphans = `select count(*)::int as count from rca_fleet.alerts a
                       where not exists (select 1 from rca_fleet.incident_alerts l where l.alert_id = a.id)`;
      expect((await test.database.query(orphans))[0]).to.deep.equal({ count: 0 });
    });

    it('deletes the alerts of a storm in pieces, with what de-duplication knew of them, and its incident last', async () => {
      const fingerprint = 'storm-of-long-ago';
      const id = await openIncident(test, { fingerprint });
      await test.database.query(
        `with stored as (
           insert into rca_fleet.alerts (id, delivery_key, fingerprint, source, status, alert)
           select gen_random_uuid(), 'storm-' || n, $2, 'generic', 'firing', '{}' from generate_series(1, 5001) as n returning id)
         insert into rca_fleet.incident_alerts (alert_id, incident_id, decision, reason)
         select id, $1, 'join', 'the same alert has an incident already' from stored`,
        [id, fingerprint],
      );
      const ended = `update rca_fleet.incidents set state = 'posted', finished_at = now() - interval '91 days' where id = $1`;
      await test.database.query(ended, [id]);
      expect(await incidents.prune(90, 10)).to.deep.equal({ incidents: 0, alerts: 5000 });
      expect(await incidents.find(id)).to.include({ alertCount: 2 });
      expect(await incidents.prune(90, 10)).to.deep.equal({ incidents: 1, alerts: 2 });
      const slots = 'select incident_id from rca_fleet.incident_slots where fingerprint = $1';
      expect(await test.database.query(slots, [fingerprint])).to.deep.equal([]);
    });
  });
}
