import { expect } from 'chai';
import { LeaseLostError } from '../../src/shared/errors.ts';
import type { Lease } from '../../src/shared/store/investigation-store.ts';
import { availableBackends } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { anEvidence, aReport, claimIncident, expireLeases, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`investigation store on ${backend}`, () => {
    let test: TestStore;
    let store: TestStore['store'];
    before(async () => {
      test = await openTestStore(backend);
      ({ store } = test);
    });
    after(() => test.close());

    it('gives the investigation to one worker, and tells others when to come back', async () => {
      const id = await openIncident(test);
      const claims = await Promise.all(['a', 'b', 'c'].map((name) => store.investigations.claim(id, 1, name)));
      expect(claims.map((claim) => claim.outcome).sort()).to.deep.equal(['claimed', 'held', 'held']);
      // A little more than the lease where the statement that won had begun later.
      for (const claim of claims) if (claim.outcome === 'held') expect(claim.retryInMs).to.be.within(10_000, 16_000);
      expect(await store.incidents.find(id)).to.include({ state: 'investigating' });
    });

    it('tells a wait in whole milliseconds, which the queue on PostgreSQL insists on', async () => {
      const id = await openIncident(test);
      await claimIncident(test, id);
      const claim = await store.investigations.claim(id, 1, 'other');
      expect(claim.outcome === 'held' && Number.isInteger(claim.retryInMs)).to.equal(true);
    });

    it('has nothing to give for an incident that ended, has another run, or does not exist', async () => {
      const id = await openIncident(test);
      expect(await store.investigations.claim(id, 2, 'w')).to.deep.equal({ outcome: 'over' });
      expect(await store.investigations.claim('00000000-0000-4000-8000-000000000000', 1, 'w')).to.include({
        outcome: 'over',
      });
      await store.incidents.die(id, 1, 'bug', 'test');
      expect(await store.investigations.claim(id, 1, 'w')).to.deep.equal({ outcome: 'over' });
    });

    it("passes the investigation on when the lease runs out by the database's clock, and counts the attempts", async () => {
      const id = await openIncident(test);
      const first = await store.investigations.claim(id, 1, 'first');
      await expireLeases(test, id);
      const second = await store.investigations.claim(id, 1, 'second');
      if (first.outcome !== 'claimed' || second.outcome !== 'claimed') throw new Error('not claimed');
      expect([first.attempts, second.attempts]).to.deep.equal([1, 2]);
      expect(Number(second.lease.token)).to.equal(Number(first.lease.token) + 1);
      expect(await store.investigations.find(id, 1)).to.include({ worker: 'second', attempts: 2 });
    });

    it('passes it on at once when the worker gave the lease back', async () => {
      const id = await openIncident(test);
      await store.investigations.release(await claimIncident(test, id));
      expect((await store.investigations.claim(id, 1, 'next')).outcome).to.equal('claimed');
    });

    it('keeps the investigation with a worker that renews', async () => {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      await expireLeases(test, id);
      await store.investigations.renew(lease);
      expect((await store.investigations.claim(id, 1, 'other')).outcome).to.equal('held');
    });

    const writes: [string, (lease: Lease) => Promise<unknown>][] = [
      ['renew', (lease) => store.investigations.renew(lease)],
      ['release', (lease) => store.investigations.release(lease)],
      ['saveProgress', (lease) => store.investigations.saveProgress(lease, [])],
      [
        'saveEvidence',
        (lease) => store.investigations.saveEvidence(lease, [{ stepKey: 'step', evidence: anEvidence(1) }]),
      ],
      ['saveFindings', (lease) => store.investigations.saveFindings(lease, [], [])],
      ['saveError', (lease) => store.investigations.saveError(lease, 'it broke')],
      ['noteDecision', (lease) => store.investigations.noteDecision(lease, 'detectors_only', 'no budget')],
      ['saveReport', (lease) => store.investigations.saveReport(lease, aReport(), null)],
    ];
    for (const [name, write] of writes) {
      it(`refuses ${name} with an old token, and changes nothing`, async () => {
        const id = await openIncident(test);
        const old = await claimIncident(test, id, 'old');
        await expireLeases(test, id);
        await claimIncident(test, id, 'new');
        const before = await store.investigations.find(id, 1);
        expect(await rejection(write(old))).to.be.instanceOf(LeaseLostError);
        expect(await store.investigations.find(id, 1)).to.deep.equal(before);
        expect(await store.investigations.evidence(id, 1)).to.deep.equal([]);
        const incident = (await store.incidents.find(id))!;
        expect({ state: incident.state, history: incident.history }).to.deep.equal({
          state: 'investigating',
          history: [],
        });
        expect(await store.deliveries.list(id)).to.deep.equal([]);
      });
    }

    it('keeps the first answer of a step, so that a resumed investigation cites the same evidence', async () => {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      await store.investigations.saveEvidence(lease, [{ stepKey: 'logs', evidence: anEvidence(2, { text: 'first' }) }]);
      await store.investigations.saveEvidence(lease, [{ stepKey: 'pods', evidence: anEvidence(1) }]);
      await store.investigations.saveEvidence(lease, [
        { stepKey: 'logs', evidence: anEvidence(3, { text: 'second' }) },
      ]);
      const stored = await store.investigations.evidence(id, 1);
      expect(stored.map((item) => [item.stepKey, item.evidence.number])).to.deep.equal([
        ['pods', 1],
        ['logs', 2],
      ]);
      expect(stored[1]!.evidence.text).to.equal('first');
    });

    it('stores the report, moves the incident and asks for the delivery in one statement', async () => {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      expect(await store.deliveries.want(id, 1)).to.equal(1);
      expect(await store.investigations.saveReport(lease, aReport(), null)).to.equal(2);
      expect(await store.incidents.find(id)).to.include({ state: 'reported', finishedAt: null });
      expect((await store.deliveries.list(id))[0]).to.include({ part: 'reply', wanted: 2, shown: 0, state: 'pending' });
      const investigation = await store.investigations.find(id, 1);
      expect(investigation!.report).to.deep.equal(aReport());
      expect(investigation!.finishedAt).to.match(/^\d{4}-.*Z$/);
      expect((await store.investigations.claim(id, 1, 'late')).outcome).to.equal('over');
    });

    it('leaves an incident dead that died while its last write was on the way', async () => {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      await store.incidents.die(id, 1, 'slack_rejected', 'not_in_channel');
      await store.investigations.saveReport(lease, aReport(), null);
      expect(await store.incidents.find(id)).to.include({ state: 'dead', deadReason: 'slack_rejected' });
    });

    it('stores texts and names that PostgreSQL would refuse', async () => {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      const hostile = anEvidence(1, { data: { 'k\0ey': ['v\0', '\ud800', { '\udfff': 1 }] }, text: 'a\0b\\u0000' });
      await store.investigations.saveEvidence(lease, [{ stepKey: 'hostile', evidence: hostile }]);
      const [stored] = await store.investigations.evidence(id, 1);
      expect(stored!.evidence.data).to.deep.equal({ key: ['v', '\ufffd', { '\ufffd': 1 }] });
      expect(stored!.evidence.text).to.equal('ab\\u0000');
      await store.investigations.saveError(lease, 'tool said \0 and \ud800');
      expect((await store.investigations.find(id, 1))!.error).to.equal('tool said  and \ufffd');
    });
  });
}
