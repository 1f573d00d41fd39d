import { expect } from 'chai';
import { MAX_CHART_BYTES } from '../../src/shared/chart.ts';
import { availableBackends } from '../support/backends.ts';
import { aChart, PIXEL } from '../support/charts.ts';
import { rejection } from '../support/errors.ts';
import { aReport, claimDelivery, claimIncident, expireLeases, makeQuiet, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`chart store on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    /** An incident whose report stands with two charts. */
    async function reported() {
      const id = await openIncident(test);
      const lease = await claimIncident(test, id);
      await test.store.investigations.saveReport(lease, aReport(), null, [aChart(), aChart({ title: 'second' })]);
      return id;
    }
    const rows = async (id: string) => {
      const all = await test.store.deliveries.list(id);
      return all.filter(({ part }) => part.startsWith('chart-'));
    };

    it('keeps charts with their report, and owes a message for each', async () => {
      const id = await reported();
      const charts = await test.store.charts.list(id, 1);
      expect(charts.map(({ number, chart, drawn }) => [number, chart.title, drawn])).to.deep.equal([
        [1, 'db.pool.used', false],
        [2, 'second', false],
      ]);
      expect(charts[0]?.chart).to.deep.equal(aChart());
      expect((await rows(id)).map(({ part, state, wanted, shown }) => [part, state, wanted, shown])).to.deep.equal([
        ['chart-1', 'pending', 1, 0],
        ['chart-2', 'pending', 1, 0],
      ]);
    });

    it('gives back the bytes of a picture, and keeps the first one', async () => {
      const id = await reported();
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
      expect(await test.store.charts.png(id, 1, 1)).to.equal(null);
      await test.store.charts.saveDrawn(id, 1, 1, bytes);
      await test.store.charts.saveDrawn(id, 1, 1, PIXEL);
      expect((await test.store.charts.png(id, 1, 1))?.equals(bytes)).to.equal(true);
      expect(await test.store.charts.png(id, 1, 2)).to.equal(null);
      expect(await test.store.charts.png(id, 2, 1)).to.equal(null);
    });

    it('refuses what is too large, and forgets a failure once it is drawn', async () => {
      const id = await reported();
      await rejection(test.store.charts.saveDrawn(id, 1, 1, Buffer.alloc(MAX_CHART_BYTES + 1)));
      await test.store.charts.saveFailure(id, 1, 1, `no\u0000fonts ${'x'.repeat(999)}`);
      const [failed] = await test.store.charts.list(id, 1);
      expect(failed?.failure).to.have.length.within(10, 300);
      await test.store.charts.saveDrawn(id, 1, 1, Buffer.alloc(MAX_CHART_BYTES));
      await test.store.charts.saveFailure(id, 1, 1, 'late');
      expect((await test.store.charts.list(id, 1))[0]).to.include({ drawn: true, failure: null });
    });

    it('brings a run back until its charts are shown or given up, and no longer', async () => {
      const id = await reported();
      const { deliveries } = test.store;
      const target = { channel: 'C1', threadTs: '1.1' };
      const due = async () => {
        await expireLeases(test, id);
        await makeQuiet(test, [id]);
        return (await deliveries.due(10, 500)).some(({ incidentId }) => incidentId === id);
      };
      const reply = await claimDelivery(test, id);
      await deliveries.open(reply, 'reply', target);
      expect(await deliveries.markSent(reply, 'reply', { channel: 'C1', messageTs: '2.2', shown: 1 })).to.equal(true);
      expect(await test.store.incidents.find(id)).to.include({ state: 'posted' });
      expect(await due()).to.equal(true);
      const first = await claimDelivery(test, id);
      await deliveries.open(first, 'chart-1', target);
      await deliveries.markSent(first, 'chart-1', { channel: 'C1', messageTs: 'F1', shown: 1 });
      expect(await due()).to.equal(true);
      const second = await claimDelivery(test, id);
      await deliveries.giveUp(second, 'chart-2', 'no scope');
      expect(await due()).to.equal(false);
      expect((await deliveries.claim(id, 1)).outcome).to.equal('nothing_due');
      expect((await rows(id)).map(({ state, lastError }) => [state, lastError])).to.deep.equal([
        ['sent', null],
        ['failed', 'no scope'],
      ]);
    });
  });
}
