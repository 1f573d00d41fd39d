import { expect } from 'chai';
import pg from 'pg';
import { LeaseLostError } from '../../src/shared/errors.ts';
import type { DeliveryLease } from '../../src/shared/store/delivery-store.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { eventually } from '../support/fleet.ts';
import { claimDelivery, expireLeases, makeQuiet, openIncident, reportedIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const TARGET = { channel: 'C1', threadTs: '1.1' };
const SENT = { channel: 'C1', messageTs: '2.2' };

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`delivery store on ${backend}`, () => {
    let test: TestStore;
    let deliveries: TestStore['store']['deliveries'];
    before(async () => {
      test = await openTestStore(backend);
      ({ deliveries } = test.store);
    });
    after(() => test.close());

    const replyOf = async (id: string) => (await deliveries.list(id)).find((row) => row.part === 'reply')!;
    /** A wanted reply, claimed and opened. */
    async function openReply() {
      const id = await openIncident(test);
      await deliveries.want(id, 1);
      const lease = await claimDelivery(test, id);
      await deliveries.open(lease, 'reply', TARGET);
      return { id, lease };
    }

    it('counts what is wanted, and gives it to one worker', async () => {
      const id = await openIncident(test);
      expect([await deliveries.want(id, 1), await deliveries.want(id, 1)]).to.deep.equal([1, 2]);
      const claims = await Promise.all([1, 2, 3].map(() => deliveries.claim(id, 1)));
      expect(claims.map((claim) => claim.outcome).sort()).to.deep.equal(['claimed', 'held', 'held']);
      for (const claim of claims) {
        if (claim.outcome === 'claimed') expect(claim.wanted).to.equal(2);
        if (claim.outcome === 'held') expect(Number.isInteger(claim.retryInMs)).to.equal(true);
      }
    });

    it('has nothing due for what nobody wanted and for what is shown', async () => {
      const { id, lease } = await openReply();
      expect(await deliveries.claim(await openIncident(test), 1)).to.deep.equal({ outcome: 'nothing_due' });
      await deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 });
      expect(await deliveries.releaseWhenShown(lease)).to.equal(true);
      expect(await deliveries.claim(id, 1)).to.deep.equal({ outcome: 'nothing_due' });
    });

    it('never overlooks a revision that is wanted while the holder lets go', async () => {
      for (let round = 0; round < 20; round++) {
        const { id, lease } = await openReply();
        await deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 });
        const [, released] = await Promise.all([deliveries.want(id, 1), deliveries.releaseWhenShown(lease)]);
        const next = await deliveries.claim(id, 1);
        expect(next.outcome, `released: ${released}`).to.equal(released ? 'claimed' : 'held');
        if (!released) expect(await deliveries.renew(lease)).to.equal(2);
      }
    });

    const writes: [string, (lease: DeliveryLease) => Promise<unknown>][] = [
      ['renew', (lease) => deliveries.renew(lease)],
      ['open', (lease) => deliveries.open(lease, 'overflow-1', TARGET)],
      ['markSending', (lease) => deliveries.markSending(lease, 'reply')],
      ['markNotSent', (lease) => deliveries.markNotSent(lease, 'reply', 'no')],
      ['markSent', (lease) => deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 })],
    ];
    for (const [name, write] of writes) {
      it(`refuses ${name} with an old token, and changes nothing`, async () => {
        const { id, lease } = await openReply();
        await expireLeases(test, id);
        await claimDelivery(test, id);
        const before = await deliveries.list(id);
        expect(await rejection(write(lease))).to.be.instanceOf(LeaseLostError);
        expect(await deliveries.list(id)).to.deep.equal(before);
      });
    }

    it('does not give back a lease that another worker holds by now', async () => {
      const { id, lease } = await openReply();
      await expireLeases(test, id);
      await claimDelivery(test, id);
      await deliveries.release(lease);
      expect(await deliveries.releaseWhenShown(lease)).to.equal(false);
      expect((await deliveries.claim(id, 1)).outcome).to.equal('held');
    });

    it('remembers that a post was sent off until it is known what became of it', async () => {
      const { id, lease } = await openReply();
      expect(await replyOf(id)).to.include({ state: 'pending', sendingAt: null, attempts: 0 });
      await deliveries.markSending(lease, 'reply');
      expect(await replyOf(id)).to.include({ state: 'sending', attempts: 1 });
      expect((await replyOf(id)).sendingAt).to.match(/^\d{4}-.*Z$/);
      await deliveries.markNotSent(lease, 'reply', 'refused: \0');
      expect(await replyOf(id)).to.include({ state: 'pending', sendingAt: null, lastError: 'refused: ' });
      await deliveries.markSending(lease, 'reply');
      await deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 });
      expect(await replyOf(id)).to.include({ state: 'sent', messageTs: '2.2', shown: 1, lastError: null });
    });

    it('still knows after a redrive that a post may stand in Slack', async () => {
      const { incidentId } = await reportedIncident(test);
      const lease = await claimDelivery(test, incidentId);
      await deliveries.open(lease, 'reply', TARGET);
      await deliveries.markSending(lease, 'reply');
      await test.store.incidents.die(incidentId, 1, 'slack_unavailable', 'no answer');
      expect(await replyOf(incidentId)).to.include({ state: 'failed', lastError: 'no answer' });
      expect(await test.store.incidents.redrive(incidentId)).to.include({ state: 'reported', run: 1 });
      expect(await replyOf(incidentId)).to.include({ state: 'sending' });
    });

    it('never shows less than it showed', async () => {
      const { id, lease } = await openReply();
      await deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 });
      await deliveries.markSent(lease, 'reply', { ...SENT, shown: 0 });
      expect(await replyOf(id)).to.include({ shown: 1 });
    });

    it('ends the incident as posted together with the note that its report is shown', async () => {
      const { incidentId, wanted } = await reportedIncident(test);
      const lease = await claimDelivery(test, incidentId);
      for (const part of ['root', 'overflow-1', 'reply'] as const) await deliveries.open(lease, part, TARGET);
      expect(await deliveries.markSent(lease, 'root', { ...SENT, shown: wanted })).to.equal(false);
      expect(await deliveries.markSent(lease, 'overflow-1', { ...SENT, shown: wanted })).to.equal(false);
      expect(await deliveries.markSent(lease, 'reply', { ...SENT, shown: wanted - 1 })).to.equal(false);
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'reported' });
      expect(await deliveries.markSent(lease, 'reply', { ...SENT, shown: wanted })).to.equal(true);
      expect((await test.store.incidents.find(incidentId))!).to.include({ state: 'posted' });
      expect(await deliveries.markSent(lease, 'reply', { ...SENT, shown: wanted })).to.equal(false);
    });

    it('does not end an incident that is still investigated, wants more, or is dead', async () => {
      const { id, lease } = await openReply();
      expect(await deliveries.markSent(lease, 'reply', { ...SENT, shown: 1 })).to.equal(false);
      expect(await test.store.incidents.find(id)).to.include({ state: 'received' });
      const { incidentId, wanted } = await reportedIncident(test);
      const other = await claimDelivery(test, incidentId);
      await deliveries.open(other, 'reply', TARGET);
      await deliveries.want(incidentId, 1);
      expect(await deliveries.markSent(other, 'reply', { ...SENT, shown: wanted })).to.equal(false);
      await test.store.incidents.die(incidentId, 1, 'slack_rejected', 'x');
      expect(await deliveries.markSent(other, 'reply', { ...SENT, shown: wanted + 1 })).to.equal(false);
      expect(await test.store.incidents.find(incidentId)).to.include({ state: 'dead' });
    });

    it('gives up on the messages of an incident only when it has ended', async () => {
      const { id, lease } = await openReply();
      await deliveries.fail(lease, 'x');
      expect(await replyOf(id)).to.include({ state: 'pending' });
      await test.store.incidents.die(id, 1, 'bug', 'x');
      await deliveries.fail(lease, 'y');
      expect(await replyOf(id)).to.include({ state: 'failed', lastError: 'y' });
    });

    it('lists runs that are behind, and lets the next ones have their turn', async () => {
      await test.database.query('update rca_fleet.deliveries set shown = wanted');
      const ids: string[] = [];
      for (let n = 0; n < 4; n++) ids.push((await openReply()).id);
      await makeQuiet(test, ids);
      await expireLeases(test, ids[0]!);
      await expireLeases(test, ids[1]!);
      await expireLeases(test, ids[2]!);
      await test.store.incidents.die(ids[2]!, 1, 'slack_rejected', 'x');
      const [first] = await deliveries.due(10, 1);
      const [second] = await deliveries.due(10, 1);
      expect([first!.incidentId, second!.incidentId]).to.have.members([ids[0]!, ids[1]!]);
      expect(first).to.include({ run: 1, wanted: 1, priority: 2, state: 'received' });
      expect(await deliveries.due(10, 10)).to.deep.equal([]);
    });

    it('does not list the run that a redrive has left behind', async () => {
      const { id } = await openReply();
      await test.store.incidents.die(id, 1, 'bug', 'x');
      await expireLeases(test, id);
      await makeQuiet(test, [id]);
      expect((await deliveries.due(10, 10)).map((item) => item.incidentId)).to.deep.equal([id]);
      await makeQuiet(test, [id]);
      await test.store.incidents.redrive(id);
      expect(await deliveries.due(10, 10)).to.deep.equal([]);
      expect(await behind(id)).to.deep.equal([]);
    });

    const behind = async (id: string) =>
      (await deliveries.list(id)).filter((row) => row.wanted > row.shown).map((row) => row.part);

    it('is not behind for ever with the root or an overflow of what was delivered after a redrive', async () => {
      const { incidentId } = await reportedIncident(test);
      const lease = await claimDelivery(test, incidentId);
      for (const part of ['root', 'overflow-1', 'overflow-2', 'reply'] as const)
        await deliveries.open(lease, part, TARGET);
      for (const part of ['root', 'overflow-1'] as const) await deliveries.markSent(lease, part, { ...SENT, shown: 1 });
      await test.store.incidents.die(incidentId, 1, 'slack_unavailable', 'no answer');
      await test.store.incidents.redrive(incidentId);
      expect(await behind(incidentId)).to.have.members(['reply', 'overflow-2']);
      await deliveries.markSent(lease, 'reply', { ...SENT, shown: await deliveries.want(incidentId, 1) });
      await makeQuiet(test, [incidentId]);
      expect(await deliveries.due(10, 10)).to.deep.equal([]);
      expect(await behind(incidentId)).to.deep.equal([]);
    });

    it('tells of the newest messages of an incident that went round very often', async () => {
      const id = await openIncident(test);
      await test.database.query(
        `insert into rca_fleet.deliveries (id, incident_id, run, part)
         select gen_random_uuid(), $1, run, part from generate_series(1, 60) as run, unnest(array['reply', 'root']) as part`,
        [id],
      );
      const rows = await deliveries.list(id);
      expect([rows.length, rows[0]!.run, rows.at(-1)!.run]).to.deep.equal([100, 11, 60]);
    });
  });
}

const server = availableBackends().includes('postgres') ? describe : describe.skip;
server('delivery store on a server under contention', () => {
  it('refuses a write that waited for the row while another worker claimed it', async () => {
    const test = await openTestStore('postgres');
    const id = await openIncident(test);
    await test.store.deliveries.want(id, 1);
    const lease = await claimDelivery(test, id);
    await test.store.deliveries.open(lease, 'reply', TARGET);
    const client = new pg.Client({ connectionString: test.config.databaseUrl! });
    await client.connect();
    await client.query('begin');
    await client.query('update rca_fleet.deliveries set lease_token = lease_token + 1 where incident_id = $1', [id]);
    const late = rejection(test.store.deliveries.markSending(lease, 'reply'));
    const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    await eventually('the write waits', async () => (await client.query(waiting)).rows.length > 0);
    await client.query('commit');
    expect(await late.catch(() => 'it was written')).to.be.instanceOf(LeaseLostError);
    expect((await test.store.deliveries.list(id))[0]).to.include({ state: 'pending' });
    await client.end();
    await test.close();
  });
});
