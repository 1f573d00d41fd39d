import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ClassifiedAlert } from '../../src/shared/store/intake-store.ts';
import { aClassified } from '../support/alerts.ts';
import { availableBackends } from '../support/backends.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`intake store on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    const storeAlerts = (...alerts: ClassifiedAlert[]) => test.store.intake.storeAlerts(alerts);

    it('opens an incident for a new alert and says why', async () => {
      const [decision] = await test.store.intake.storeAlerts([aClassified()]);
      expect(decision).to.include({ decision: 'investigate', opened: true });
      expect(decision!.reason).to.match(/no incident is open for this alert/);
      const incident = await test.store.incidents.find(decision!.incidentId);
      expect(incident).to.include({ state: 'received', alertCount: 1, service: 'checkout', run: 1 });
    });

    it('changes nothing when a delivery is repeated, and answers what it answered before', async () => {
      const first = aClassified();
      const [one] = await test.store.intake.storeAlerts([first]);
      const [two] = await test.store.intake.storeAlerts([{ ...aClassified(), alert: first.alert }]);
      expect(two).to.deep.equal({ ...one, opened: false });
    });

    it('lets the same alert join the open incident, also within one batch', async () => {
      const fingerprint = 'same-problem';
      const [one, two] = await test.store.intake.storeAlerts([
        aClassified({ fingerprint }),
        aClassified({ fingerprint }),
      ]);
      const [three] = await test.store.intake.storeAlerts([aClassified({ fingerprint })]);
      expect([one!.decision, two!.decision, three!.decision]).to.have.members(['investigate', 'join', 'join']);
      expect(new Set([one!.incidentId, two!.incidentId, three!.incidentId]).size).to.equal(1);
      expect((await test.store.incidents.find(one!.incidentId))!.alertCount).to.equal(3);
    });

    it('makes one incident of fifty identical alerts that arrive at once', async () => {
      const fingerprint = 'storm';
      const batches = Array.from({ length: 10 }, () => Array.from({ length: 5 }, () => aClassified({ fingerprint })));
      const decisions = (await Promise.all(batches.map((batch) => test.store.intake.storeAlerts(batch)))).flat();
      expect(new Set(decisions.map((item) => item.incidentId)).size).to.equal(1);
      expect(decisions.filter((item) => item.opened)).to.have.length(1);
    });

    it('stores two crossing batches of the same deliveries without a deadlock', async () => {
      const alerts = Array.from({ length: 40 }, (_, n) =>
        aClassified({ fingerprint: `cross-${n}`, deliveryKey: `cross-${n}` }),
      );
      const copy = [...alerts].reverse().map(({ alert }) => ({ ...aClassified(), alert }));
      const [forth, back] = await Promise.all([
        test.store.intake.storeAlerts(alerts),
        test.store.intake.storeAlerts(copy),
      ]);
      const byKey = new Map(forth.map((item, n) => [alerts[n]!.alert.deliveryKey, item.incidentId]));
      for (const [n, item] of back.entries()) expect(item.incidentId).to.equal(byKey.get(copy[n]!.alert.deliveryKey));
    });

    it('ties a resolution to its open incident, and suppresses one that has none', async () => {
      const fingerprint = 'comes-and-goes';
      const [fired] = await test.store.intake.storeAlerts([aClassified({ fingerprint })]);
      const [resolved] = await test.store.intake.storeAlerts([aClassified({ fingerprint, status: 'resolved' })]);
      expect(resolved).to.include({ incidentId: fired!.incidentId, decision: 'resolve', opened: false });
      const [stray] = await test.store.intake.storeAlerts([aClassified({ status: 'resolved' })]);
      expect(stray).to.include({ decision: 'suppress', opened: false });
      expect(await test.store.incidents.find(stray!.incidentId)).to.include({ state: 'suppressed' });
    });

    it('knows an incident as resolved still when one of its firings is delivered once more', async () => {
      const fingerprint = randomUUID();
      const [opened] = await storeAlerts(aClassified({ fingerprint }));
      const joined = aClassified({ fingerprint });
      await storeAlerts(joined);
      await test.database.query(`update rca_fleet.incidents set state = 'investigating' where id = $1`, [
        opened!.incidentId,
      ]);
      await storeAlerts(aClassified({ fingerprint, status: 'resolved' }));
      const resolvedAt = async () => (await test.store.incidents.find(opened!.incidentId))!.resolvedAt;
      const before = await resolvedAt();
      await storeAlerts(joined);
      expect(await resolvedAt())
        .to.be.a('string')
        .and.equal(before);
      await storeAlerts(aClassified({ fingerprint }));
      expect(await resolvedAt()).to.equal(null);
    });

    it('opens a new incident when the window is over and the old one has ended', async () => {
      const fingerprint = 'old-friend';
      const [first] = await test.store.intake.storeAlerts([aClassified({ fingerprint })]);
      const expire = `update rca_fleet.incident_slots set expires_at = now() - interval '1 s' where fingerprint = $1`;
      await test.database.query(expire, [fingerprint]);
      const [whileOpen] = await test.store.intake.storeAlerts([aClassified({ fingerprint })]);
      expect(whileOpen!.incidentId).to.equal(first!.incidentId);
      await test.store.incidents.die(first!.incidentId, 1, 'bug', 'test');
      const [afterwards] = await test.store.intake.storeAlerts([aClassified({ fingerprint })]);
      expect(afterwards).to.include({ opened: true }).and.not.include({ incidentId: first!.incidentId });
    });

    it('takes texts that PostgreSQL would refuse', async () => {
      const [decision] = await test.store.intake.storeAlerts([aClassified({ title: 'nul \0 and \ud800 lone' })]);
      expect((await test.store.incidents.find(decision!.incidentId))!.title).to.equal('nul  and \ufffd lone');
    });
  });
}
