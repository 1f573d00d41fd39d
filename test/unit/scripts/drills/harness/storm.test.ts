import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { sendStorm, stormAlert } from '../../../../../scripts/drills/harness/storm.ts';
import { openWitnessLog } from '../../../../../scripts/drills/harness/witness-log.ts';

describe('a storm of alerts', () => {
  let server: Server;
  let folder: string;
  let calls = 0;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-storm-'));
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (++calls === 2) {
        response.destroy();
        return;
      }
      const { alerts } = JSON.parse(Buffer.concat(chunks).toString()) as {
        alerts: { deliveryId: string; service: string }[];
      };
      const ids = alerts.map(({ deliveryId, service }) => ({ id: deliveryId, incidentId: service }));
      response.writeHead(calls === 3 ? 503 : 202).end(JSON.stringify({ alerts: ids }));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  after(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells of every service in turn, each with critical alerts or with none', () => {
    const alerts = Array.from({ length: 400 }, (_, n) =>
      stormAlert(n, { name: 'storm', services: 40, criticalFrom: 6 }),
    );
    expect(new Set(alerts.map((alert) => alert.deliveryId)).size).to.equal(400);
    expect(new Set(alerts.map((alert) => alert.service)).size).to.equal(40);
    const critical = new Set(alerts.filter((alert) => alert.severity === 'critical').map((alert) => alert.service));
    expect(critical.size).to.equal(34);
  });

  it('shares neither services nor deliveries with one of another name', () => {
    const told = ['storm', 'storm-2'].flatMap((name) =>
      Array.from({ length: 80 }, (_, n) => stormAlert(n, { name, services: 40, criticalFrom: 6 })),
    );
    expect(new Set(told.map((alert) => alert.deliveryId)).size).to.equal(160);
    expect(new Set(told.map((alert) => alert.service)).size).to.equal(80);
  });

  it('notes for every alert what became of its request', async () => {
    const { port } = server.address() as AddressInfo;
    const witness = openWitnessLog(join(folder, 'witness.jsonl'));
    const load = { name: 'storm', alerts: 45, services: 5, perRequest: 10, seconds: 0.05, criticalFrom: 0 };
    const result = await sendStorm(load, [`http://127.0.0.1:${port}`], witness);
    const { 202: accepted, 503: refused, ...unanswered } = result.statuses;
    expect({ accepted, refused }).to.deep.equal({ accepted: 3, refused: 1 });
    expect(Object.values(unanswered)).to.deep.equal([1]);
    expect(Object.keys(unanswered).join()).to.match(/^ECONNRESET\b/);
    expect(result.latenciesMs).to.have.length(5);
    expect(result.incidentIds).to.have.members(['storm-0', 'storm-1', 'storm-2', 'storm-3', 'storm-4']);
    const outcomes = Map.groupBy(witness.entries, (entry) => entry.outcome);
    expect(outcomes.get('invoked')).to.have.length(45);
    expect(outcomes.get('unknown')).to.have.length(10);
    expect(outcomes.get('unknown')![0]!.why).to.match(/^ECONNRESET\b/);
    const acknowledged = outcomes.get('acknowledged')!;
    expect(acknowledged.length + outcomes.get('failed')!.length).to.equal(35);
    for (const { delivery, ids } of acknowledged) expect(ids[0]!.alertId).to.equal(delivery);
  });
});
