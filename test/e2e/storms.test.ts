import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { pause } from '../../src/shared/deadline.ts';
import { isAvailable } from '../support/backends.ts';
import {
  type Answered,
  CHANNEL,
  eventually,
  getIncident,
  type IncidentJson,
  repliesIn,
  sendAlert,
  startTestFleet,
  type TestFleet,
  untilState,
} from '../support/fleet.ts';

const BODY = 500;
const SERVICES = 40;
/** Services all of whose alerts are of medium severity: they are held back. */
const CALM = 6;
const ENOUGH = 8;

for (const backend of (['embedded', 'postgres'] as const).filter(isAvailable)) {
  describe(`storms of alerts on ${backend}`, function () {
    this.timeout(90_000);
    const total = backend === 'embedded' ? 3_000 : 10_000;
    let test: TestFleet;
    let folder: string;
    before(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rca-fleet-storm-'));
      const path = join(folder, 'policies.yaml');
      // The built-in policies, only that threads hear of news at once.
      writeFileSync(path, 'quietUpdate: 0s\n');
      test = await startTestFleet(backend, { environment: { INTAKE_POLICIES: path } });
    });
    after(async () => {
      await test.close();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Sends the alerts in bodies, three at once, and returns all answers. */
    async function sendAll(alerts: object[]): Promise<Answered[]> {
      const bodies = Array.from({ length: Math.ceil(alerts.length / BODY) }, (_, n) =>
        alerts.slice(n * BODY, (n + 1) * BODY),
      );
      const answers: Answered[] = [];
      const sender = async () => {
        for (let body = bodies.shift(); body; body = bodies.shift())
          answers.push(await sendAlert(test.fleet.producer, 'generic', { alerts: body }));
      };
      await Promise.all([sender(), sender(), sender()]);
      return answers;
    }
    const idsOf = (answers: Answered[]) => [
      ...new Set(answers.flatMap(({ body }) => body.alerts!.map((alert) => alert.incidentId))),
    ];
    /** The incidents as the list of the API has them: asking for each of them again and again would be a storm of its own. */
    async function listed(ids: string[]): Promise<IncidentJson[]> {
      await pause(200);
      const headers = { authorization: `Bearer ${test.fleet.adminToken}` };
      // Not on a connection that the producer closes just now, idle and late as both may be on a busy machine.
      const response = await fetch(`${test.fleet.producer}/api/incidents?limit=200`, {
        headers: { ...headers, connection: 'close' },
      });
      const { items } = (await response.json()) as { items: IncidentJson[] };
      return items.filter(({ id }) => ids.includes(id));
    }
    const threadShows = (ts: string, text: string) =>
      eventually(`a reply that shows ${text}`, async () =>
        JSON.stringify(repliesIn(test.sandbox, ts).map((reply) => reply.blocks)).includes(text),
      );

    it('answers ten thousand identical alerts with one investigation, whose thread says how many it stands for', async () => {
      const alerts = Array.from({ length: total }, (_, n) => ({
        title: 'Connection refused by ledger',
        service: 'ledger',
        severity: 'critical',
        deliveryId: `same-${n}`,
      }));
      const answers = await sendAll(alerts);
      expect(new Set(answers.map(({ status }) => status))).to.have.all.keys(202);
      const [id, ...others] = idsOf(answers);
      expect(others).to.deep.equal([]);
      const incident = await untilState(test.fleet, id!, 'posted', 30_000);
      expect(incident).to.include({ alertCount: total });
      expect(incident.investigations).to.have.length(1);
      await threadShows(incident.slack.threadTs, `${total} alerts`);
      expect(repliesIn(test.sandbox, incident.slack.threadTs)).to.have.length(1);
    });

    it('makes at most one incident per service of a storm, each thread says how many it stands for, and nothing is lost', async () => {
      const alerts = Array.from({ length: total }, (_, n) => {
        const service = n % SERVICES;
        const round = Math.floor(n / SERVICES);
        return {
          title: `${['High latency', 'Connection refused', 'Slow SQL queries'][round % 3]} at svc-${service} (${round % 50})`,
          service: `svc-${service}`,
          namespace: 'shop',
          severity: service >= CALM && round % 5 === 2 ? 'critical' : 'medium',
          deliveryId: `storm-${n}`,
        };
      });
      const answers = await sendAll(alerts);
      expect(new Set(answers.map(({ status }) => status))).to.have.all.keys(202);
      const ids = idsOf(answers);
      expect(ids.length).to.be.at.most(SERVICES);

      const incidents = await listed(ids);
      const critical = incidents.filter(({ severity }) => severity === 'critical');
      expect(critical).to.have.length(SERVICES - CALM);
      expect(incidents.reduce((sum, { alertCount }) => sum + alertCount, 0)).to.equal(total);

      // Some of the answers tell enough: to wait for all of them takes long on a busy machine.
      const answered = await eventually(
        'the first answers',
        async () => {
          const posted = (await listed(ids)).filter(({ state }) => state === 'posted');
          return posted.length >= ENOUGH && posted.slice(0, ENOUGH);
        },
        80_000,
      );
      for (const { slack, alertCount } of answered) await threadShows(slack.threadTs, `${alertCount} alerts`);
      const roots = test.sandbox.slack.messages(CHANNEL).filter(({ threadTs }) => !threadTs);
      expect(roots.length).to.be.at.most(ids.length + 1);
      for (const { slack } of answered) expect(repliesIn(test.sandbox, slack.threadTs)).to.have.length(1);
    });

    it('holds back what is not critical, ends it early when it resolves, and investigates it when it is asked to', async () => {
      const alert = { title: 'Disk is filling up', service: 'batch', severity: 'medium' };
      const [held, other] = [
        (await sendAlert(test.fleet.producer, 'generic', alert)).body.alerts![0]!,
        (await sendAlert(test.fleet.producer, 'generic', { ...alert, service: 'report' })).body.alerts![0]!,
      ];
      expect(held.decision).to.equal('hold');
      const shown = await getIncident(test.fleet, held.incidentId);
      expect(shown.decision.intake).to.deep.include({ holdSeconds: 60, sharedBy: ['service batch in /'] });
      await sendAlert(test.fleet.producer, 'generic', { ...alert, status: 'resolved' });
      expect(await getIncident(test.fleet, held.incidentId)).to.deep.include({
        state: 'resolved_early',
        investigations: [],
      });

      const anyway = async (id: string) => {
        const url = `${test.fleet.producer}/api/incidents/${id}/investigate`;
        const headers = { authorization: `Bearer ${test.fleet.adminToken}` };
        const response = await fetch(url, { method: 'POST', headers });
        return { status: response.status, body: await response.json() };
      };
      expect(await anyway(held.incidentId)).to.deep.equal({ status: 202, body: { outcome: 'run 2 is queued' } });
      expect(await anyway(other.incidentId)).to.deep.equal({ status: 202, body: { outcome: 'run 1 is queued' } });
      for (const { incidentId } of [held, other]) {
        // It waits behind what is left of the storm, on a busy machine for long.
        const posted = await untilState(test.fleet, incidentId, 'posted', 80_000);
        expect(posted.history[0].reason).to.match(/an operator asked for it/);
        expect(repliesIn(test.sandbox, posted.slack.threadTs)).to.have.length(1);
      }
      expect((await anyway('00000000-0000-4000-8000-000000000000')).status).to.equal(404);
    });
  });
}
