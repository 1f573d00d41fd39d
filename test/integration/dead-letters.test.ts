import { expect } from 'chai';
import { loadPolicies } from '../../src/producer/intake-policies/load-policies.ts';
import type { KeepIntakeDeps } from '../../src/producer/keep-intake.ts';
import { planSelfRedrives, redriveDue } from '../../src/producer/keep-redriving.ts';
import { availableBackends } from '../support/backends.ts';
import { claimIncident, openIncident, reportedIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';

for (const backend of availableBackends().filter((name) => name !== 'redis')) {
  describe(`dead letters on ${backend}`, () => {
    let test: TestStore;
    let incidents: TestStore['store']['incidents'];
    before(async () => {
      test = await openTestStore(backend);
      ({ incidents } = test.store);
    });
    after(() => test.close());
    afterEach(() => test.database.query(`update rca_fleet.incidents set state = 'posted', redrive_at = null`));

    const dead = async (reason: Parameters<typeof incidents.die>[2], priority = 2, agent = 'network') => {
      const id = await openIncident(test, {}, { priority, agent });
      await incidents.die(id, 1, reason, `died of ${reason}`);
      return id;
    };
    const idsOf = (letters: { incidentId: string }[]) => letters.map((letter) => letter.incidentId);
    /** Makes planned redrives due, the time between them kept. */
    const pass = (seconds: number) =>
      test.database.query(
        `update rca_fleet.incidents set redrive_at = redrive_at - make_interval(secs => $1), finished_at = finished_at - make_interval(secs => $1)
         where redrive_at is not null or state = 'dead'`,
        [seconds],
      );
    const policies = loadPolicies(null);
    const deps = (answer: () => Promise<unknown> = async () => ({})) =>
      ({ ...test, policies, gateway: { has: () => true, call: answer } }) as unknown as KeepIntakeDeps;
    const signal = new AbortController().signal;

    it('tell stage, last error and attempts, and are found by reason, agent and time', async () => {
      const queued = await dead('poison');
      const broken = await openIncident(test, {}, { agent: 'database' });
      const lease = await claimIncident(test, broken);
      const progress = [
        {
          stage: 'investigate' as const,
          what: 'x',
          status: 'running' as const,
          outcome: null,
          at: '2026-01-01T00:00:00Z',
        },
      ];
      await test.store.investigations.saveProgress(lease, progress);
      await test.store.investigations.saveError(lease, 'it broke here');
      await incidents.die(broken, 1, 'bug', 'gave up');
      const { incidentId: unposted } = await reportedIncident(test);
      await incidents.die(unposted, 1, 'slack_unavailable', 'Slack is down');
      const all = new Map((await incidents.deadLetters(10)).map((letter) => [letter.incidentId, letter]));
      expect(all.get(queued)).to.include({
        stage: 'enqueue',
        attempts: 0,
        lastError: 'died of poison',
        agent: 'network',
      });
      expect(all.get(broken)).to.include({ stage: 'investigate', attempts: 1, lastError: 'it broke here' });
      expect(all.get(unposted)).to.include({
        stage: 'post',
        lastError: 'Slack is down',
        redriveAt: null,
        selfRedrives: 0,
      });

      expect(idsOf(await incidents.deadLetters(10, { reason: 'bug' }))).to.deep.equal([broken]);
      expect(idsOf(await incidents.deadLetters(10, { agent: 'database' }))).to.deep.equal([broken]);
      const { finishedAt } = all.get(broken)!;
      expect(idsOf(await incidents.deadLetters(10, { since: finishedAt }))).to.include.members([broken, unposted]);
      expect(await incidents.deadLetters(10, { until: '2026-01-01T00:00:00Z' })).to.deep.equal([]);
    });

    it('are redriven one after the other, the most urgent first, each once', async () => {
      const [low, critical, other] = [await dead('bug', 4), await dead('bug', 1), await dead('poison')];
      const plan = await incidents.planRedrives({ reason: 'bug' }, 6);
      expect(plan.planned).to.equal(2);
      expect(await incidents.planRedrives({ reason: 'bug' }, 6)).to.deep.equal({ planned: 0, lastAt: null });
      expect(await incidents.dueRedrives(10)).to.deep.equal([critical]);
      await Promise.all([redriveDue(deps()), redriveDue(deps())]);
      expect(await incidents.find(critical)).to.include({ run: 2, state: 'queued', forced: true, beyondBudget: false });
      expect(await incidents.find(low)).to.include({ run: 1, state: 'dead' });
      // What is planned later goes behind what is planned already.
      await incidents.planRedrives({ reason: 'poison' }, 6);
      await pass(10);
      expect(await incidents.dueRedrives(10)).to.deep.equal([low]);
      await pass(10);
      await redriveDue(deps());
      expect(await incidents.find(low)).to.include({ run: 2, state: 'queued' });
      expect(await incidents.find(other)).to.include({ run: 2, state: 'queued' });
    });

    it('are redriven by themselves when what they died of works again, ever later, and not for ever', async () => {
      const slack = await dead('slack_unavailable');
      const [bug, rejected] = [await dead('bug'), await dead('slack_rejected')];
      const away = async () => {
        throw new Error('still down');
      };
      const planned = async () =>
        (await incidents.deadLetters(10)).filter((letter) => letter.redriveAt).map((letter) => letter.incidentId);
      await planSelfRedrives(deps(), signal);
      expect(await planned()).to.deep.equal([]);
      await pass(61);
      await planSelfRedrives(deps(away), signal);
      expect(await planned()).to.deep.equal([]);
      for (let time = 0; time < policies.deadLetters.selfRedrives; time++) {
        await pass(60 * 2 ** time + 1);
        await planSelfRedrives(deps(), signal);
        expect(await planned()).to.deep.equal([slack]);
        await redriveDue(deps());
        const run = time + 2;
        expect(await incidents.find(slack)).to.include({ run });
        expect(await incidents.die(slack, run, 'slack_unavailable', 'again')).to.not.equal(null);
      }
      await pass(86_400);
      await planSelfRedrives(deps(), signal);
      expect(await planned()).to.deep.equal([]);
      for (const id of [bug, rejected]) expect(await incidents.find(id)).to.include({ state: 'dead', run: 1 });
    });

    it('wait for a sign that the LLM answers', async () => {
      const id = await dead('llm_unavailable');
      await pass(61);
      await planSelfRedrives(deps(), signal);
      expect((await incidents.deadLetters(10, { reason: 'llm_unavailable' }))[0]!.redriveAt).to.equal(null);
      await test.database.query(
        `insert into rca_fleet.llm_spending (incident_id, run, severity) select incident_id, run, 'high' from rca_fleet.investigations limit 1`,
      );
      await test.database.query(`update rca_fleet.investigations set usage = '{}', finished_at = now()`);
      await planSelfRedrives(deps(), signal);
      expect((await incidents.deadLetters(10, { reason: 'llm_unavailable' }))[0]).to.include({
        incidentId: id,
        selfRedrives: 1,
      });
    });

    it('are deleted after their own retention', async () => {
      const id = await dead('bug');
      await test.database.query(
        `update rca_fleet.incidents set finished_at = now() - interval '366 days' where id = $1`,
        [id],
      );
      await incidents.prune(90, 100);
      expect(await incidents.find(id)).to.not.equal(null);
      await incidents.prune(90, 100, 365);
      expect(await incidents.find(id)).to.equal(null);
    });
  });
}
