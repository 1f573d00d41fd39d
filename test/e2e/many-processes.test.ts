import { expect } from 'chai';
import { ADMIN_TOKEN, sandboxEnvironment } from '../../scripts/fleet-in-process.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type FreshBackend, freshBackend, isAvailable } from '../support/backends.ts';
import {
  CHANNEL,
  eventually,
  getIncident,
  incidentOfThread,
  migrateDatabase,
  repliesIn,
  sendAlert,
  untilState,
} from '../support/fleet.ts';
import { type RoleProcess, startRole } from '../support/processes.ts';

const POOLS = ['network', 'network,post', 'database', 'database,post'];

if (isAvailable('redis')) {
  describe('the fleet as five processes on Redis and PostgreSQL', function () {
    this.timeout(90_000);
    let sandbox: Sandbox;
    let backend: FreshBackend;
    let environment: Record<string, string>;
    let producer: RoleProcess;
    let workers: RoleProcess[];
    let address: { producer: string; adminToken: string };

    before(async () => {
      sandbox = await startSandbox({ slack: { rateLimits: null } });
      backend = await freshBackend('redis');
      environment = {
        ...sandboxEnvironment(sandbox),
        ...backend.environment,
        SLACK_POSTS_PER_MINUTE: '6000',
        SLACK_WORKSPACE_PER_MINUTE: '60000',
      };
      await migrateDatabase(environment);
      producer = await startRole('producer/main.ts', environment);
      const url = String((await producer.untilLogged('the producer listens')).url).replace('localhost', '127.0.0.1');
      address = { producer: url, adminToken: ADMIN_TOKEN };
      sandbox.slack.setRequestUrl(`${url}/alerts/slack`);
      workers = await Promise.all(POOLS.map(startPools));
    });
    after(async () => {
      await Promise.all([producer, ...workers].map((role) => role.kill('SIGKILL')));
      await sandbox.close();
      await backend.remove();
    });
    afterEach(async () => {
      sandbox.slack.clearFaults();
      sandbox.signoz.clearFaults();
      workers = await Promise.all(workers.map((role, index) => (role.child.killed ? startPools(POOLS[index]!) : role)));
    });
    const startPools = (pools: string) => startRole('workers/main.ts', { ...environment, WORKER_POOLS: pools });
    const alert = (title: string, service: string) =>
      sendAlert(address.producer, 'generic', { title, service, severity: 'critical' });

    it('answers many alerts, each once, with both pools at work', async () => {
      const sent = await Promise.all(
        Array.from({ length: 24 }, (_, n) =>
          n % 2
            ? alert(`Connection refused by gateway-${n}`, `gateway-${n}`)
            : alert(`Slow SQL queries on orders-db-${n}`, `orders-${n}`),
        ),
      );
      const incidents = await Promise.all(
        sent.map(({ body }) => untilState(address, body.alerts![0]!.incidentId, 'posted', 40_000)),
      );
      const workersSeen = new Set(incidents.map((incident) => incident.investigations[0].worker));
      expect(new Set(incidents.map((incident) => incident.agent))).to.have.all.keys('network', 'database');
      expect(workersSeen.size).to.be.greaterThan(1);
      for (const incident of incidents) expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
    });

    it("shows every process's view of the MCP servers, and one that has ended no longer", async () => {
      const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
      const roles = async () => {
        const answer = await fetch(`${address.producer}/api/mcp?ask=no`, { headers });
        const { processes } = (await answer.json()) as { processes: { role: string; process: string }[] };
        return processes.map(({ role, process }) => `${role} ${process}`);
      };
      const all = await eventually('five processes', async () => {
        const found = await roles();
        return found.length === 5 && found;
      });
      for (const { child } of workers)
        expect(all.some((name) => name.startsWith('worker ') && name.includes(`-${child.pid}-`))).to.equal(true);
      await workers[0]!.kill('SIGTERM');
      expect(await roles()).to.have.length(4);
    });

    it('brings the work of a worker killed with -9 back within 25 s, and answers once', async () => {
      sandbox.signoz.setFault('/api/v5/query_range', { kind: 'hang' });
      const ts = sandbox.slack.postAsBot(CHANNEL, 'SSL certificate for api.example.com expires in 24 hours');
      const id = await incidentOfThread(address, ts);
      const busy = await eventually('an investigation', async () => (await getIncident(address, id)).investigations[0]);
      const victim = workers.find((role) => String(busy.worker).includes(`-${role.child.pid}-`))!;
      await victim.kill('SIGKILL');
      sandbox.signoz.setFault('/api/v5/query_range', null);
      const killedAt = Date.now();
      const again = await eventually(
        'a second worker',
        async () => {
          const run = (await getIncident(address, id)).investigations[0];
          return run.worker !== busy.worker && run;
        },
        30_000,
      );
      expect(Date.now() - killedAt).to.be.lessThan(25_000);
      expect(again.attempts).to.equal(2);
      await untilState(address, id, 'posted', 30_000);
      expect(repliesIn(sandbox, ts)).to.have.length(1);
    });

    it('posts once when the worker is killed between the post and its note of it', async () => {
      const slow = { kind: 'answer_late', ms: 8_000 } as const;
      sandbox.slack.setFault('chat.postMessage', slow);
      const ts = sandbox.slack.postAsBot(CHANNEL, 'Database connection pool exhausted for user-service');
      const id = await incidentOfThread(address, ts);
      await sandbox.slack.waitFor(() => repliesIn(sandbox, ts).length > 0, AbortSignal.timeout(15_000));
      for (const role of workers.filter((_, index) => POOLS[index]!.includes('post'))) await role.kill('SIGKILL');
      sandbox.slack.setFault('chat.postMessage', null);
      expect((await getIncident(address, id)).deliveries[0]).to.include({ state: 'sending', messageTs: null });
      workers = await Promise.all(workers.map((role, index) => (role.child.killed ? startPools(POOLS[index]!) : role)));
      const incident = await untilState(address, id, 'posted', 60_000);
      expect(repliesIn(sandbox, ts).map((message) => message.ts)).to.deep.equal([incident.slack.messageTs]);
    });

    it('loses nothing when Redis is emptied while work waits', async () => {
      await Promise.all(workers.map((role) => role.kill('SIGKILL')));
      const sent = await Promise.all(
        Array.from({ length: 5 }, (_, n) => alert(`Connection timeouts in mesh-${n}`, `mesh-${n}`)),
      );
      await Promise.all(sent.map(({ body }) => untilState(address, body.alerts![0]!.incidentId, 'queued')));
      const { Redis } = await import('ioredis');
      const redis = new Redis(environment.REDIS_URL!);
      await redis.flushdb();
      redis.disconnect();
      workers = await Promise.all(POOLS.map(startPools));
      await Promise.all(sent.map(({ body }) => untilState(address, body.alerts![0]!.incidentId, 'posted', 40_000)));
    });

    it('stops within its time when asked, and sends unfinished work back', async () => {
      sandbox.signoz.setFault('/api/v5/query_range', { kind: 'hang' });
      const { body } = await alert('Connection reset by peer on edge-9', 'edge-9');
      const id = body.alerts![0]!.incidentId;
      const busy = await eventually('an investigation', async () => (await getIncident(address, id)).investigations[0]);
      const victim = workers.find((role) => String(busy.worker).includes(`-${role.child.pid}-`))!;
      const askedAt = Date.now();
      await victim.kill('SIGTERM');
      expect(victim.child.exitCode).to.equal(0);
      expect(Date.now() - askedAt).to.be.lessThan(12_000);
      sandbox.signoz.setFault('/api/v5/query_range', null);
      const incident = await untilState(address, id, 'posted', 30_000);
      expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
    });
  });
}
