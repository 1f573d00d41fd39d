import { expect } from 'chai';
import { type InProcessFleet, sandboxEnvironment, startInProcess } from '../../scripts/fleet-in-process.ts';
import { type Sandbox, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { type OwnPostgres, startPostgres } from '../../scripts/servers/start-postgres.ts';
import { freshBackend, isAvailable } from '../support/backends.ts';
import { eventually, migrateDatabase, repliesIn, sendAlert, untilState } from '../support/fleet.ts';
import { spawnRole, startRole } from '../support/processes.ts';

if (isAvailable('postgres')) {
  describe('the fleet when PostgreSQL is restarted', function () {
    this.timeout(60_000);
    let postgres: OwnPostgres;
    let sandbox: Sandbox;
    let fleet: InProcessFleet;
    before(async () => {
      postgres = (await startPostgres({ durable: true }))!;
      sandbox = await startSandbox({ slack: { rateLimits: null } });
      const environment = {
        ...sandboxEnvironment(sandbox),
        DATABASE_URL: postgres.url(),
        SLACK_POSTS_PER_MINUTE: '6000',
        SLACK_WORKSPACE_PER_MINUTE: '60000',
      };
      await migrateDatabase(environment);
      fleet = await startInProcess(environment);
    });
    after(async () => {
      await fleet.close();
      await sandbox.close();
      await postgres.stop();
    });

    it('never acknowledges what is not stored, answers what it acknowledged, and works on by itself', async () => {
      const acknowledged: string[] = [];
      const statuses = new Set<number>();
      let sending = true;
      const sender = (async () => {
        for (let n = 0; sending; n++) {
          const sent = await sendAlert(fleet.producer, 'generic', {
            title: `Connection refused by node-${n}`,
            service: `node-${n}`,
          });
          statuses.add(sent.status);
          if (sent.status === 202) acknowledged.push(sent.body.alerts![0]!.incidentId);
        }
      })();
      await eventually('some alerts', async () => acknowledged.length > 5);
      await postgres.restart();
      const before = acknowledged.length;
      await eventually('alerts after the restart', async () => acknowledged.length > before + 5);
      sending = false;
      await sender;
      expect([...statuses].sort()).to.satisfy((seen: number[]) =>
        seen.every((status) => status === 202 || status === 503),
      );
      const incidents = await Promise.all(acknowledged.map((id) => untilState(fleet, id, 'posted', 50_000)));
      for (const incident of incidents) expect(repliesIn(sandbox, incident.slack.threadTs)).to.have.length(1);
      expect((await fetch(`${fleet.workers}/readyz`)).status).to.equal(200);
    });
  });
}

describe('the embedded database and a second process', function () {
  this.timeout(60_000);
  it('refuses the second process clearly, and is free again after kill -9 with nothing lost', async () => {
    const backend = await freshBackend('embedded');
    const environment = {
      ...backend.environment,
      HOST: '127.0.0.1',
      PORT: '0',
      WORKER_PORT: '0',
      WEBHOOK_TOKEN: 'demo-webhook-token',
      ADMIN_TOKEN: 'demo-admin-token',
    };
    const first = await startRole('main.ts', environment);
    const url = String((await first.untilLogged('the producer listens')).url);
    const sent = await sendAlert(url, 'generic', { title: 'Connection refused by billing', service: 'billing' });

    const second = spawnRole('main.ts', environment);
    await new Promise((gone) => second.child.once('exit', gone));
    expect(second.child.exitCode).to.equal(1);
    expect(second.log.map((line) => line.message).join('\n')).to.match(/in use by another process: stop that one/);

    await first.kill('SIGKILL');
    const third = await startRole('main.ts', environment);
    const address = {
      producer: String((await third.untilLogged('the producer listens')).url),
      adminToken: 'demo-admin-token',
    };
    const id = sent.body.alerts![0]!.incidentId;
    const response = await fetch(`${address.producer}/api/incidents/${id}`, {
      headers: { authorization: 'Bearer demo-admin-token' },
    });
    expect(response.status).to.equal(200);
    await third.kill();
    await backend.remove();
  });

  for (const role of ['producer/main.ts', 'workers/main.ts'] as const) {
    it(`does not start ${role} alone on it`, async () => {
      const backend = await freshBackend('embedded');
      const alone = spawnRole(role, { ...backend.environment, WEBHOOK_TOKEN: 'x' });
      await new Promise((gone) => alone.child.once('exit', gone));
      expect(alone.child.exitCode).to.equal(1);
      expect(alone.log.map((line) => line.message).join('\n')).to.match(/set DATABASE_URL/);
      await backend.remove();
    });
  }
});
