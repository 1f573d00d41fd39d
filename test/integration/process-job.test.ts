import { DelayedError, UnrecoverableError } from 'bullmq';
import { expect } from 'chai';
import { loadPolicies } from '../../src/producer/intake-policies/load-policies.ts';
import { budgetRules } from '../../src/producer/keep-intake.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import { loadConfig } from '../../src/shared/config.ts';
import { openDatabase } from '../../src/shared/database/open-database.ts';
import { DependencyError } from '../../src/shared/errors.ts';
import type { McpGateway } from '../../src/shared/mcp/mcp-gateway.types.ts';
import { openGateway } from '../../src/shared/mcp/open-gateway.ts';
import type { FleetJob } from '../../src/shared/queues/jobs.ts';
import { createStore, type Store } from '../../src/shared/store/store.ts';
import { createAnalyst } from '../../src/workers/analysis/analyst.ts';
import { buryIncident } from '../../src/workers/bury-incident.ts';
import { countDeaths } from '../../src/workers/count-deaths.ts';
import { createReasoner } from '../../src/workers/llm/create-reasoner.ts';
import { createPickUps } from '../../src/workers/pick-ups.ts';
import { type ProcessDeps, processInvestigation } from '../../src/workers/process-job.ts';
import { createSuspectLane } from '../../src/workers/suspect-lane.ts';
import { availableBackends, quickBackend } from '../support/backends.ts';
import { rejection } from '../support/errors.ts';
import { logRow, logs } from '../support/evidence-fixtures.ts';
import { claimIncident, expireLeases, openIncident } from '../support/incidents.ts';
import { openTestStore, type TestStore } from '../support/services.ts';
import { startTcpProxy, through } from '../support/tcp-proxy.ts';

const RUNNING = new AbortController().signal;

function jobOf(incidentId: string, attemptsMade = 0, stalledCounter = 0) {
  const delays: number[] = [];
  const job = {
    data: { incidentId, run: 1 },
    attemptsMade,
    stalledCounter,
    // As it was noted after so many deaths in a row.
    progress: { stalls: stalledCounter, claims: 0, reached: 0, deaths: stalledCounter } as unknown,
    updateProgress: async (progress: unknown) => {
      job.progress = progress;
    },
    opts: { attempts: 4 },
    moveToDelayed: async (at: number) => {
      expect(Number.isInteger(at)).to.equal(true);
      delays.push(at - Date.now());
    },
  };
  return { job: job as unknown as FleetJob, delays };
}

function depsOf(test: TestStore, gateway: McpGateway, store: Store = test.store): ProcessDeps {
  return {
    store,
    gateway,
    agents: loadAgents(),
    analyst: createAnalyst(),
    reasoner: createReasoner({ provider: 'none' }),
    requestPost: async () => {},
    bury: (...about) => buryIncident({ ...test, store }, ...about),
    worker: 'worker-1',
    suspects: createSuspectLane(),
    pickUps: createPickUps(),
    logger: test.logger,
    metrics: test.metrics,
  };
}

describe('a job of an investigate queue', () => {
  let test: TestStore;
  let gateway: McpGateway;
  before(async () => {
    test = await openTestStore(quickBackend());
    gateway = openGateway(loadConfig({}), test.logger, test.metrics);
  });
  after(async () => {
    await gateway.close();
    await test.close();
  });
  const find = (id: string) => test.store.incidents.find(id);
  const run = (id: string, given: Partial<ProcessDeps> = {}, job = jobOf(id).job, stop = RUNNING) =>
    processInvestigation({ ...depsOf(test, gateway), ...given }, job, 't', stop);
  /** An investigation that comes to this, when it asks for its first evidence. */
  const failingWith = (fail: () => Promise<never>): Partial<ProcessDeps> => ({
    gateway: { ...gateway, has: () => true, call: fail },
  });
  const brokenStore = (error: Error): Partial<ProcessDeps> => ({
    store: { ...test.store, investigations: { ...test.store.investigations, saveReport: () => Promise.reject(error) } },
  });

  it('ends with a report, and does nothing when it comes a second time', async () => {
    const id = await openIncident(test);
    expect(await run(id)).to.equal('inconclusive');
    expect(await find(id)).to.include({ state: 'reported' });
    expect(await run(id)).to.match(/nothing to do/);
  });

  it('goes back to the queue while another worker holds the incident', async () => {
    const id = await openIncident(test);
    await claimIncident(test, id);
    const { job, delays } = jobOf(id);
    expect(await rejection(run(id, {}, job))).to.be.instanceOf(DelayedError);
    expect(delays[0]).to.be.within(10_000, 15_100);
  });

  it('goes back without a lost attempt when the worker is shut down', async () => {
    const id = await openIncident(test);
    const stop = new AbortController();
    const aborted = failingWith(async () => {
      stop.abort();
      throw new Error('aborted');
    });
    const { job, delays } = jobOf(id, 3);
    expect(await rejection(run(id, aborted, job, stop.signal))).to.be.instanceOf(DelayedError);
    expect(delays).to.have.length(1);
    expect(await find(id)).to.include({ state: 'investigating' });
    expect((await test.store.investigations.claim(id, 1, 'next')).outcome).to.equal('claimed');
  });

  it('is looked at alone when its workers have died twice, while others go on beside it', async () => {
    const [first, second, innocent] = [await openIncident(test), await openIncident(test), await openIncident(test)];
    const suspects = createSuspectLane();
    const beside: string[] = [];
    const suspect: Partial<ProcessDeps> = {
      suspects,
      bury: async () => {},
      reasoner: { configured: false } as ProcessDeps['reasoner'],
      requestPost: async ({ id }) => {
        if (id !== first || beside.length > 0) return;
        const { job, delays } = jobOf(second, 0, 2);
        beside.push(await rejection(run(second, { suspects }, job)).then((error) => error.constructor.name));
        expect(delays[0]).to.be.within(1_900, 4_100);
        beside.push(await run(innocent, { suspects }, jobOf(innocent, 0, 1).job));
      },
    };
    expect(await run(first, suspect, jobOf(first, 0, 2).job)).to.equal('inconclusive');
    expect(beside).to.deep.equal(['DelayedError', 'inconclusive']);
    expect(await run(second, { suspects }, jobOf(second, 0, 2).job)).to.equal('inconclusive');
  });

  it('stops without an effect when another worker has taken over', async () => {
    const id = await openIncident(test);
    const overtaken = failingWith(async () => {
      await expireLeases(test, id);
      await claimIncident(test, id, 'other');
      throw new Error('it took too long');
    });
    expect(await run(id, overtaken, jobOf(id, 3).job)).to.equal('another worker has taken over');
    expect(await find(id)).to.include({ state: 'investigating' });
    expect(await test.store.investigations.find(id, 1)).to.include({ worker: 'other', error: null });
  });

  for (const [failure, left] of [
    ['breaker_open', 0],
    ['timeout', 1],
  ] as const) {
    it(`counts ${left} investigations with the LLM when that failed with ${failure}`, async () => {
      await test.store.budgets.publish({ ...budgetRules(loadPolicies(null)), windowSeconds: 3_600 });
      const id = await openIncident(test);
      const reason = () => Promise.reject(new DependencyError('llm', failure, 'no answer'));
      await run(id, { reasoner: { configured: true, reason } });
      expect(await find(id)).to.include({ state: 'reported' });
      const spent = await test.database.query('select run from rca_fleet.llm_spending where incident_id = $1', [id]);
      expect(spent).to.have.length(left);
    });
  }

  it('ends the incident as dead with the last attempt, not before', async () => {
    const id = await openIncident(test);
    const broken = brokenStore(new Error('broken'));
    expect((await rejection(run(id, broken))).message).to.equal('broken');
    expect(await find(id)).to.include({ state: 'investigating' });
    expect(await rejection(run(id, broken, jobOf(id, 3).job))).to.be.instanceOf(UnrecoverableError);
    expect(await find(id)).to.include({ state: 'dead', deadReason: 'bug', reason: 'broken' });
  });

  it('does not end an incident that another worker took over while the failure was on its way', async () => {
    const id = await openIncident(test);
    const late: Partial<ProcessDeps> = {
      ...brokenStore(new Error('broken')),
      bury: async (...about) => {
        await expireLeases(test, id);
        await claimIncident(test, id, 'other');
        await buryIncident(test, ...about);
      },
    };
    await rejection(run(id, late, jobOf(id, 3).job));
    expect(await find(id)).to.include({ state: 'investigating' });
  });

  it('gives up on an incident on which three workers in a row have died, unless it got further in between', async () => {
    const [stuck, further] = [await openIncident(test), await openIncident(test)];
    /** Dies once more, after so many steps; returns how many deaths count then. */
    const dieAt = async (id: string, steps: number, job: FleetJob, deaths: number) => {
      const lease = await claimIncident(test, id, `victim-${deaths}`);
      const line = { stage: 'investigate', what: 'a step', status: 'running', outcome: null, at: '' } as const;
      await test.store.investigations.saveProgress(
        lease,
        Array.from({ length: steps }, () => line),
      );
      await expireLeases(test, id);
      Object.assign(job, { stalledCounter: deaths });
      return await countDeaths(test.store.investigations, job);
    };
    const [stuckJob, furtherJob] = [jobOf(stuck).job, jobOf(further).job];
    for (const death of [1, 2, 3]) {
      expect(await dieAt(stuck, 2, stuckJob, death)).to.equal(death);
      expect(await dieAt(further, death, furtherJob, death)).to.equal(1);
      expect(await countDeaths(test.store.investigations, furtherJob)).to.equal(1);
    }
    expect(await run(stuck, {}, stuckJob)).to.equal('given up');
    expect(await find(stuck)).to.include({ state: 'dead', deadReason: 'poison' });
    expect(await run(further, {}, furtherJob)).to.equal('inconclusive');
  });

  it('takes evidence that stands for getting further', async () => {
    const id = await openIncident(test);
    const { job } = jobOf(id);
    for (const death of [1, 2, 3, 4]) {
      const lease = await claimIncident(test, id, `victim-${death}`);
      const stepKey = `step-${death}`;
      await test.store.investigations.saveEvidence(lease, [{ stepKey, evidence: logs(death, [logRow('GET / 200')]) }]);
      await expireLeases(test, id);
      Object.assign(job, { stalledCounter: death });
      expect(await countDeaths(test.store.investigations, job)).to.equal(1);
    }
  });

  it('does not take it for a death when the queue takes a job away from a worker that lives', async () => {
    const id = await openIncident(test);
    await claimIncident(test, id, 'alive');
    const { job } = jobOf(id);
    for (const stalledCounter of [1, 2, 3, 4]) {
      Object.assign(job, { stalledCounter });
      expect(await countDeaths(test.store.investigations, job)).to.equal(1);
    }
  });

  it('gives up on an incident whose workers have died again and again', async () => {
    const id = await openIncident(test);
    for (let death = 0; death < 8; death++) {
      await claimIncident(test, id, `victim-${death}`);
      await expireLeases(test, id);
    }
    expect(await run(id)).to.equal('given up');
    expect(await find(id)).to.include({ state: 'dead', deadReason: 'poison' });
  });
});

const server = availableBackends().includes('postgres') ? describe : describe.skip;
server('a job of an investigate queue when the database is away', () => {
  it('goes back without a lost attempt, before and in the middle of its work', async () => {
    const test = await openTestStore('postgres');
    const gateway = openGateway(loadConfig({}), test.logger, test.metrics);
    const proxy = await startTcpProxy(test.config.databaseUrl!);
    const config = loadConfig({ DATABASE_URL: through(proxy, test.config.databaseUrl!) });
    const database = await openDatabase(config, test.logger);
    const id = await openIncident(test);
    const deps = depsOf(test, { ...gateway, has: () => true }, createStore(database));
    const cut: ProcessDeps = {
      ...deps,
      gateway: {
        ...deps.gateway,
        call: async () => {
          await proxy.cut();
          throw new Error('the wire is cut');
        },
      },
    };
    for (const given of [cut, deps]) {
      const { job, delays } = jobOf(id, 3);
      expect(await rejection(processInvestigation(given, job, 't', RUNNING))).to.be.instanceOf(DelayedError);
      expect(delays[0]).to.be.within(1_900, 4_100);
    }
    expect(await test.store.incidents.find(id)).to.include({ state: 'investigating' });
    await gateway.close();
    await database.close();
    await proxy.close();
    await test.close();
  });
});
