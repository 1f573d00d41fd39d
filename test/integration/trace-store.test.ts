import { expect } from 'chai';
import { aClassified } from '../support/alerts.ts';
import { availableBackends } from '../support/backends.ts';
import { aReport, claimDelivery, claimRun, makeQuiet } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

const carrier = (digit: string) => ({
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`,
  tracestate: 'v=1',
});

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the trace of an incident on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    /** Two firings of one alert, each in a trace of its own. */
    async function twoAlerts() {
      const first = aClassified();
      const [opened] = await test.store.intake.storeAlerts([{ ...first, trace: carrier('1') }]);
      const again = aClassified({ ...first.alert, deliveryKey: `${first.alert.deliveryKey}-again` });
      await test.store.intake.storeAlerts([{ ...again, trace: carrier('2') }]);
      return opened!.incidentId;
    }

    it('is that of its first alert, whoever takes it up: queue, worker, reconciler, post', async () => {
      const { incidents, investigations } = test.store;
      const id = await twoAlerts();
      await makeQuiet(test, [id]);
      const waiting = await incidents.waiting('network', 1, 1_000);
      expect(waiting.find(({ incidentId }) => incidentId === id)!.trace).to.deep.equal(carrier('1'));
      await incidents.markQueued([id]);
      await makeQuiet(test, [id]);
      const stale = await incidents.stale(1, 1_000);
      expect(stale.find(({ incidentId }) => incidentId === id)!.trace).to.deep.equal(carrier('1'));
      const { lease, trace } = await claimRun(test, id);
      expect(trace).to.deep.equal(carrier('1'));
      await investigations.saveReport(lease, aReport(), null);
      const claim = await test.store.deliveries.claim(id, 1);
      expect(claim).to.deep.include({ outcome: 'claimed', trace: carrier('1') });
    });

    it('stays the same for the next run, and each alert has its own', async () => {
      const { incidents, investigations } = test.store;
      const id = await twoAlerts();
      await incidents.die(id, 1, 'bug', 'died');
      expect((await incidents.redrive(id))!.trace).to.deep.equal(carrier('1'));
      expect(await investigations.claim(id, 2, 'worker')).to.deep.include({ trace: carrier('1') });
      expect((await incidents.find(id))!.traceId).to.equal('1'.repeat(32));
      const alerts = await incidents.alerts(id);
      expect(alerts.map(({ trace }) => trace)).to.have.deep.members([carrier('1'), carrier('2')]);
    });

    it('is none where none was made', async () => {
      const [opened] = await test.store.intake.storeAlerts([aClassified()]);
      const id = opened!.incidentId;
      const { lease, trace } = await claimRun(test, id);
      await test.store.investigations.saveReport(lease, aReport(), null);
      expect(trace).to.equal(null);
      expect(await claimDelivery(test, id)).to.include({ incidentId: id });
      expect((await test.store.incidents.find(id))!.traceId).to.equal(null);
      expect((await test.store.incidents.alerts(id))[0]!.trace).to.equal(null);
    });
  });
}
