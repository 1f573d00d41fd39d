import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { MAINTENANCE_KEY } from '../../src/shared/intake-plan.ts';
import type { ClassifiedAlert } from '../../src/shared/store/intake-store.ts';
import { availableBackends } from '../support/backends.ts';
import { aPlanned, closeGroups, closeWindow, endAsPosted, makeDue } from '../support/intake.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`the intake policies in the store on ${backend}`, () => {
    let test: TestStore;
    before(async () => {
      test = await openTestStore(backend);
    });
    after(() => test.close());

    const store = (...alerts: ClassifiedAlert[]) => test.store.intake.storeAlerts(alerts);
    const storeOne = async (alert: ClassifiedAlert) => (await store(alert))[0]!;
    const find = async (id: string) => (await test.store.incidents.find(id))!;
    const takeUp = () => test.store.incidents.takeUpDue(500);
    const key = () => `service ${randomUUID()}`;

    describe('holding', () => {
      it('holds an incident back with the reason, out of the queue until its time has come', async () => {
        const held = await storeOne(aPlanned({}, { service: 'held' }));
        expect(held).to.include({ decision: 'hold', opened: false });
        expect(held.reason).to.match(/held back for 60 s, in case it resolves by itself/);
        expect(await find(held.incidentId)).to.include({ state: 'received', heldFor: 'hold', reason: held.reason });
        expect((await takeUp()).taken).to.deep.equal([]);
        expect(await test.store.incidents.waiting('network', -1, 10)).to.deep.equal([]);
        await makeDue(test, held.incidentId);
        const [one, other] = await Promise.all([takeUp(), takeUp()]);
        expect([...one.taken, ...other.taken].map((item) => item.incidentId)).to.deep.equal([held.incidentId]);
        const taken = await find(held.incidentId);
        expect(taken).to.include({ state: 'received', dueAt: null, reason: null });
        expect(taken.history).to.have.length(1);
        expect(taken.history![0]).to.deep.include({
          decision: 'investigate',
          reason: 'it did not resolve by itself while it was held back',
        });
        const waiting = await test.store.incidents.waiting('network', -1, 10);
        expect(waiting.map((item) => item.incidentId)).to.deep.equal([held.incidentId]);
        await endAsPosted(test, held.incidentId);
      });

      it('counts as unanswered from when its time has come, not before', async () => {
        const { oldestOpenSeconds } = test.store.incidents;
        await test.database.query(
          `update rca_fleet.incidents set state = 'posted', due_at = null, finished_at = now()`,
        );
        const held = await storeOne(aPlanned());
        await test.database.query(`update rca_fleet.incidents set created_at = now() - interval '1 h' where id = $1`, [
          held.incidentId,
        ]);
        expect(await oldestOpenSeconds()).to.equal(0);
        await test.database.query(`update rca_fleet.incidents set due_at = now() - interval '10 min' where id = $1`, [
          held.incidentId,
        ]);
        expect(await oldestOpenSeconds()).to.be.within(600, 660);
        await takeUp();
        expect(await oldestOpenSeconds()).to.be.within(0, 60);
        await endAsPosted(test, held.incidentId);
      });

      it('ends as resolved_early what resolves meanwhile, and investigates it when it fires again', async () => {
        const fingerprint = randomUUID();
        const held = await storeOne(aPlanned({}, { fingerprint }));
        const resolved = await storeOne(aPlanned({}, { fingerprint, status: 'resolved' }));
        expect(resolved).to.include({ decision: 'resolve', incidentId: held.incidentId });
        expect(await find(held.incidentId)).to.include({ state: 'resolved_early', dueAt: null });
        const again = await storeOne(aPlanned({}, { fingerprint }));
        expect(again).to.include({ decision: 'hold' }).and.not.include({ incidentId: held.incidentId });
      });

      it('does so at its time too, where the process was killed in between', async () => {
        const fingerprint = randomUUID();
        const held = await storeOne(aPlanned({}, { fingerprint }));
        await storeOne(aPlanned({}, { fingerprint, status: 'resolved' }));
        const reopen = `update rca_fleet.incidents set state = 'received', finished_at = null, due_at = now() where id = $1`;
        await test.database.query(reopen, [held.incidentId]);
        const { taken, ended } = await takeUp();
        expect(taken).to.deep.equal([]);
        expect(ended).to.deep.include({
          incidentId: held.incidentId,
          run: 1,
          agent: 'network',
          state: 'resolved_early',
        });
      });

      it('cancels what is queued, but leaves alone what is being investigated or has its report', async () => {
        const [queued, working] = [randomUUID(), randomUUID()];
        const decisions = await store(
          aPlanned({ holdSeconds: 0 }, { fingerprint: queued }),
          aPlanned({ holdSeconds: 0 }, { fingerprint: working }),
        );
        const ids = decisions.map((item) => item.incidentId);
        await test.store.incidents.markQueued(ids);
        const claim = await test.store.investigations.claim(ids[1]!, 1, 'w');
        await store(...[queued, working].map((fingerprint) => aPlanned({}, { fingerprint, status: 'resolved' })));
        expect(await find(ids[0]!)).to.include({ state: 'resolved_early' });
        expect(await find(ids[1]!)).to.include({ state: 'investigating' });
        expect((await find(ids[1]!)).resolvedAt).to.be.a('string');
        expect(claim.outcome).to.equal('claimed');
        expect(await test.store.investigations.claim(ids[0]!, 1, 'w')).to.deep.equal({ outcome: 'over' });
      });
    });

    describe('coalescing', () => {
      it('makes one incident of alerts that share a key, whether they come together or one by one', async () => {
        const shared = key();
        const together = await store(aPlanned({ keys: [shared] }), aPlanned({ keys: [shared] }));
        const later = await storeOne(aPlanned({ keys: [shared] }));
        expect([...together, later].map((item) => item.decision)).to.deep.equal(['hold', 'join', 'join']);
        expect(later.reason).to.match(/came with other alerts of the same service, node or neighbour/);
        expect(new Set([...together, later].map((item) => item.incidentId)).size).to.equal(1);
        expect(await find(later.incidentId)).to.include({ alertCount: 3 });
      });

      it('makes one incident of alerts that come at the same time through several producers', async () => {
        const shared = key();
        const batches = Array.from({ length: 12 }, () => Array.from({ length: 4 }, () => aPlanned({ keys: [shared] })));
        const decisions = (await Promise.all(batches.map((batch) => store(...batch)))).flat();
        expect(new Set(decisions.map((item) => item.incidentId)).size).to.equal(1);
        expect(decisions.filter((item) => item.decision === 'hold')).to.have.length(1);
        expect(await find(decisions[0]!.incidentId)).to.include({ alertCount: 48 });
      });

      it('goes on through the other keys of its members', async () => {
        const [a, b, c] = [key(), key(), key()];
        const one = await storeOne(aPlanned({ keys: [a, b] }));
        const two = await storeOne(aPlanned({ keys: [c, b] }));
        const three = await storeOne(aPlanned({ keys: [c] }));
        expect([two.incidentId, three.incidentId]).to.deep.equal([one.incidentId, one.incidentId]);
      });

      it('waits longer while others come, at most two minutes, and no longer for the fiftieth', async () => {
        const shared = key();
        const one = await storeOne(aPlanned({ keys: [shared], holdSeconds: 1 }));
        const first = Date.parse((await find(one.incidentId)).dueAt!);
        await storeOne(aPlanned({ keys: [shared], holdSeconds: 1 }));
        const second = Date.parse((await find(one.incidentId)).dueAt!);
        expect(second - first).to.be.within(20_000, 40_000);
        const old = `update rca_fleet.incidents set created_at = created_at - interval '119 s' where id = $1`;
        await test.database.query(old, [one.incidentId]);
        await storeOne(aPlanned({ keys: [shared], holdSeconds: 1 }));
        expect(Date.parse((await find(one.incidentId)).dueAt!)).to.equal(second);
        const many = await store(...Array.from({ length: 47 }, () => aPlanned({ keys: [shared] })));
        expect(many.filter((item) => item.takenUp).map((item) => item.incidentId)).to.deep.equal([one.incidentId]);
        const full = await find(one.incidentId);
        expect(full).to.include({ dueAt: null, alertCount: 50 });
        expect(full.history![0]!.reason).to.equal('so many alerts have joined that it waits no longer');
      });

      it('lets a critical alert end the waiting and take the lead', async () => {
        const shared = key();
        const one = await storeOne(aPlanned({ keys: [shared] }, { title: 'slow', severity: 'medium' }));
        const critical = aPlanned({ keys: [shared], priority: 1, holdSeconds: 0 }, { title: 'down' });
        const two = await storeOne(critical);
        expect(two).to.include({ decision: 'join', incidentId: one.incidentId, opened: false });
        expect(two.takenUp).to.deep.equal({ run: 1, agent: 'network', priority: 1, trace: null });
        const led = await find(one.incidentId);
        expect(led).to.include({ title: 'down', priority: 1, dueAt: null, state: 'received', alertCount: 2 });
        expect(led.history![0]!.reason).to.match(/a more urgent alert has joined and takes the lead/);
        expect((await test.store.incidents.alerts(one.incidentId))[0]!.alert.title).to.equal('down');
      });

      it('never makes a more urgent alert a silent member of what is at work already', async () => {
        const shared = key();
        const one = await storeOne(aPlanned({ keys: [shared], holdSeconds: 0 }));
        const same = await storeOne(aPlanned({ keys: [shared], holdSeconds: 0 }));
        const critical = await storeOne(aPlanned({ keys: [shared], holdSeconds: 0, priority: 1 }));
        const after = await storeOne(aPlanned({ keys: [shared], holdSeconds: 0 }));
        expect(same.incidentId).to.equal(one.incidentId);
        expect(critical).to.include({ decision: 'investigate', opened: true });
        expect(after.incidentId).to.equal(critical.incidentId);
      });

      it('takes up an incident that another batch has promised and not opened', async () => {
        const [shared, fingerprint] = [key(), randomUUID()];
        const known = await storeOne(aPlanned({ holdSeconds: 0 }, { fingerprint }));
        // The same problem, now with a key: it joins its incident, and the group that it stood for has none.
        expect((await storeOne(aPlanned({ keys: [shared] }, { fingerprint }))).incidentId).to.equal(known.incidentId);
        const fresh = await storeOne(aPlanned({ keys: [shared] }));
        expect(fresh.decision).to.equal('hold');
        expect(await find(fresh.incidentId)).to.include({ state: 'received', alertCount: 1 });
      });

      it('opens a new incident when nothing has come for the quiet time', async () => {
        const shared = key();
        const one = await storeOne(aPlanned({ keys: [shared] }));
        await closeGroups(test, [shared]);
        expect((await storeOne(aPlanned({ keys: [shared] }))).incidentId).to.not.equal(one.incidentId);
      });

      it('ends a group early only when all of its alerts are resolved, and opens another for what comes then', async () => {
        const shared = key();
        const [a, b] = [randomUUID(), randomUUID()];
        const [one] = await store(...[a, b].map((fingerprint) => aPlanned({ keys: [shared] }, { fingerprint })));
        const resolve = (fingerprint: string) =>
          storeOne(aPlanned({ keys: [shared] }, { fingerprint, status: 'resolved' }));
        await resolve(a);
        expect(await find(one!.incidentId)).to.include({ state: 'received', resolvedAt: null });
        await resolve(b);
        expect(await find(one!.incidentId)).to.include({ state: 'resolved_early' });
        const next = await storeOne(aPlanned({ keys: [shared] }));
        expect(next).to.include({ decision: 'hold' }).and.not.include({ incidentId: one!.incidentId });
      });

      it('loses nothing of alerts that join while their incident is resolved', async () => {
        const shared = key();
        const fingerprint = randomUUID();
        await storeOne(aPlanned({ keys: [shared] }, { fingerprint }));
        const joiners = Array.from({ length: 10 }, () => aPlanned({ keys: [shared] }));
        const [, ...joined] = await Promise.all([
          storeOne(aPlanned({ keys: [shared] }, { fingerprint, status: 'resolved' })),
          ...joiners.map(storeOne),
        ]);
        for (const { incidentId } of joined) expect(await find(incidentId)).to.include({ state: 'received' });
      });
    });

    describe('flapping', () => {
      const flapping = { times: 2, withinSeconds: 3_600, coolDownSeconds: 7_200 };
      /** Fires and resolves so often that it flaps, with its first incident posted and its window over. */
      async function flap(fingerprint: string, keys: string[] = []) {
        const fire = (status: 'firing' | 'resolved' = 'firing') =>
          storeOne(aPlanned({ holdSeconds: 0, flapping, keys }, { fingerprint, status }));
        const first = await fire();
        await endAsPosted(test, first.incidentId);
        for (let time = 0; time < 2; time++) {
          await fire('resolved');
          expect((await fire()).incidentId).to.equal(first.incidentId);
        }
        await closeWindow(test, fingerprint);
        await closeGroups(test, keys);
        return { first, fire };
      }

      it('joins the last analysis instead of a new one, until the cool-down is over', async () => {
        const fingerprint = randomUUID();
        const { first, fire } = await flap(fingerprint);
        const again = await fire();
        expect(again).to.include({ decision: 'join', incidentId: first.incidentId });
        expect(again.reason).to.match(/comes and goes: it joins the last analysis, which shows what is new since/);
        const over = `update rca_fleet.incident_slots set cool_until = now() where fingerprint = $1`;
        await test.database.query(over, [fingerprint]);
        expect(await fire())
          .to.include({ decision: 'investigate' })
          .and.not.include({ incidentId: first.incidentId });
      });

      const change = (fingerprint: string, assignment: string) =>
        test.database.query(`update rca_fleet.incident_slots set ${assignment} where fingerprint = $1`, [fingerprint]);

      it('goes on until the end of the cool-down, however long ago the flaps began', async () => {
        const fingerprint = randomUUID();
        const { first, fire } = await flap(fingerprint);
        for (let hour = 0; hour < 2; hour++) {
          await change(fingerprint, 'flaps_until = now()');
          await fire('resolved');
          expect(await fire()).to.include({ decision: 'join', incidentId: first.incidentId });
        }
      });

      it('is forgotten with the time in which flaps count', async () => {
        const fingerprint = randomUUID();
        const { fire } = await flap(fingerprint);
        await change(fingerprint, 'cool_until = now(), flaps_until = now()');
        const next = await fire();
        await endAsPosted(test, next.incidentId);
        await closeWindow(test, fingerprint);
        expect(await fire())
          .to.include({ decision: 'investigate' })
          .and.not.include({ incidentId: next.incidentId });
      });

      it('joins no incident that ended without an analysis', async () => {
        const { first, fire } = await flap(randomUUID());
        await test.database.query(`update rca_fleet.incidents set state = 'dead' where id = $1`, [first.incidentId]);
        await fire('resolved');
        expect(await fire()).to.include({ decision: 'investigate' });
      });

      it('is not what fires once more after its window', async () => {
        const fingerprint = randomUUID();
        const first = await storeOne(aPlanned({ holdSeconds: 0, flapping }, { fingerprint }));
        await endAsPosted(test, first.incidentId);
        await storeOne(aPlanned({ flapping }, { fingerprint, status: 'resolved' }));
        await closeWindow(test, fingerprint);
        expect(await storeOne(aPlanned({ holdSeconds: 0, flapping }, { fingerprint }))).to.include({
          decision: 'investigate',
        });
      });

      it('ends with a new alert in its group, whose incident it joins', async () => {
        const shared = key();
        const { first, fire } = await flap(randomUUID(), [shared]);
        const fresh = await storeOne(aPlanned({ holdSeconds: 0, flapping, keys: [shared] }, { name: 'NewTrouble' }));
        expect(fresh).to.include({ decision: 'investigate' }).and.not.include({ incidentId: first.incidentId });
        expect(await fire()).to.include({ decision: 'join', incidentId: fresh.incidentId });
      });
    });

    describe('maintenance', () => {
      const maintenance = { name: 'upgrade', until: '2099-01-01T00:00:00.000Z' };

      it('suppresses with the reason, and takes up what still fires at its end', async () => {
        const one = await storeOne(aPlanned({ maintenance, holdSeconds: 0 }));
        expect(one).to.include({ decision: 'suppress', opened: false });
        expect(one.reason).to.match(/maintenance "upgrade" until 2099-01-01T00:00:00.000Z: what still fires then/);
        expect(await find(one.incidentId)).to.include({ heldFor: 'maintenance', dueAt: maintenance.until });
        await makeDue(test, one.incidentId);
        expect((await takeUp()).taken.map((item) => item.incidentId)).to.include(one.incidentId);
        expect((await find(one.incidentId)).history![0]!.reason).to.match(/window is over, and it still fires/);
      });

      /** As it is planned for alerts that share a service. */
      const together = (service: string) => {
        const keys = [`${MAINTENANCE_KEY}${service}`];
        const coalesce = { keys, quietSeconds: 600, maxSeconds: 600, maxAlerts: 2 };
        return { maintenance, holdSeconds: 0, keys, coalesce };
      };

      it('takes up as one incident what belongs together, led by the most urgent of it', async () => {
        const shared = key();
        const one = await storeOne(aPlanned({ ...together(shared), priority: 4 }));
        const others = await store(...[3, 1, 3].map((priority) => aPlanned({ ...together(shared), priority })));
        for (const other of others) {
          expect(other).to.include({ decision: 'join', incidentId: one.incidentId });
          expect(other.reason).to.match(/^maintenance "upgrade" until .*it came with other alerts/);
          expect(other.takenUp).to.equal(undefined);
        }
        expect(await find(one.incidentId)).to.include({ heldFor: 'maintenance', priority: 1, alertCount: 4 });
        expect((await storeOne(aPlanned({ keys: [key()] }))).incidentId).to.not.equal(one.incidentId);
      });

      it('holds back by itself what comes after an operator has asked for the others', async () => {
        const shared = key();
        const one = await storeOne(aPlanned(together(shared)));
        await test.store.incidents.investigateAnyway(one.incidentId);
        const later = await storeOne(aPlanned(together(shared)));
        expect(later).to.include({ decision: 'suppress' }).and.not.include({ incidentId: one.incidentId });
      });

      it('holds back by itself what comes after one of the others was told of outside of it', async () => {
        const [shared, fingerprint] = [key(), randomUUID()];
        const one = await storeOne(aPlanned(together(shared), { fingerprint }));
        expect((await storeOne(aPlanned({}, { fingerprint }))).takenUp).to.not.equal(undefined);
        const later = await storeOne(aPlanned(together(shared)));
        expect(later).to.include({ decision: 'suppress' }).and.not.include({ incidentId: one.incidentId });
      });

      it('ends as suppressed what was resolved before its end', async () => {
        const fingerprint = randomUUID();
        const one = await storeOne(aPlanned({ maintenance }, { fingerprint }));
        await storeOne(aPlanned({}, { fingerprint, status: 'resolved' }));
        const ended = await find(one.incidentId);
        expect(ended).to.include({ state: 'suppressed' });
        expect(ended.reason).to.match(/resolved before its end: maintenance "upgrade"/);
      });
    });

    describe('reversing', () => {
      it('investigates what was held, suppressed, resolved early or posted, and nothing that is at work', async () => {
        const anyway = (id: string) => test.store.incidents.investigateAnyway(id);
        const held = await storeOne(aPlanned());
        expect(await anyway(held.incidentId)).to.deep.include({ was: 'received' });
        expect(await find(held.incidentId)).to.include({ run: 1, dueAt: null, forced: true, beyondBudget: true });
        expect((await find(held.incidentId)).history![0]!.reason).to.match(
          /an operator asked for it: it was received \(held/,
        );
        expect(await anyway(held.incidentId)).to.deep.equal({ was: 'received', taken: null });

        const stray = await storeOne(aPlanned({}, { status: 'resolved' }));
        const posted = await storeOne(aPlanned({ holdSeconds: 0 }));
        await endAsPosted(test, posted.incidentId);
        for (const { incidentId } of [stray, posted]) {
          expect((await anyway(incidentId))!.taken).to.include({ incidentId, run: 2, state: 'received' });
          expect(await find(incidentId)).to.include({ run: 2, finishedAt: null, state: 'received' });
        }
        expect(await anyway(randomUUID())).to.equal(null);
        expect(await anyway('x')).to.equal(null);
      });

      it('is not cancelled by a resolution', async () => {
        const fingerprint = randomUUID();
        const held = await storeOne(aPlanned({}, { fingerprint }));
        await test.store.incidents.investigateAnyway(held.incidentId);
        await storeOne(aPlanned({}, { fingerprint, status: 'resolved' }));
        expect(await find(held.incidentId)).to.include({ state: 'received' });
      });
    });

    describe('the news of a thread', () => {
      it('is asked for once for all alerts that have joined, and only where there is a reply', async () => {
        const { incidents, deliveries } = test.store;
        await incidents.takeNews(0, 500);
        const fingerprint = randomUUID();
        const join = () => storeOne(aPlanned({ holdSeconds: 0 }, { fingerprint }));
        const { incidentId } = await join();
        await join();
        expect(await incidents.takeNews(0, 500)).to.deep.equal([]);
        await deliveries.want(incidentId, 1);
        for (let time = 0; time < 5; time++) await join();
        expect(await incidents.takeNews(3_600, 500)).to.deep.equal([]);
        const [one, other] = await Promise.all([incidents.takeNews(0, 500), incidents.takeNews(0, 500)]);
        expect([...one, ...other]).to.deep.equal([{ incidentId, run: 1, wanted: 2, priority: 3 }]);
      });
    });

    it('tells a repetition without identity by its content within ten minutes, also across their edge', async () => {
      const content = randomUUID();
      const at = (bucket: number) =>
        aPlanned({}, { deliveryKey: `${content}-${bucket}`, earlierDeliveryKey: `${content}-${bucket - 1}` });
      const first = await storeOne(at(1));
      expect(await storeOne(at(2))).to.deep.equal({ ...first, opened: false });
      expect((await test.store.incidents.alerts(first.incidentId))[0]!.alert).to.not.have.property(
        'earlierDeliveryKey',
      );
      const old = `update rca_fleet.alerts set received_at = now() - interval '601 s' where delivery_key = $1`;
      await test.database.query(old, [`${content}-1`]);
      expect((await storeOne(at(2))).id).to.not.equal(first.id);
    });
  });
}
