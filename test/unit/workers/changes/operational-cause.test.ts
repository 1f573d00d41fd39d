import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { loudestAsker } from '../../../../src/workers/changes/loudest-asker.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { type Complaint, type Incident, incident } from '../../../fixtures/rca/change-incident.ts';
import { at, evidence } from '../../../support/evidence-fixtures.ts';

const causeOf = (complaints: Complaint[], more: Partial<Incident> = {}) =>
  operationalCause(
    incidentPicture(incident({ service: 'depot', metric: 'http_errors_per_second', complaints, ...more })),
  );

describe('reasons outside of the program', () => {
  it('is one piece of data when the same one fails over and over', () => {
    const cause = causeOf([
      { service: 'depot', body: 'cannot read parcel: weight is negative, record_id=p-77 offset=4711' },
    ]);
    expect(cause).to.include({ kind: 'data', class: 'application' });
    expect(cause!.statement).to.contain('record_id p-77');
  });

  it('is no piece of data when many fail', () => {
    expect(causeOf([{ service: 'depot', body: 'cannot read parcel: weight is negative, record_id=p-%' }])).to.equal(
      null,
    );
  });

  it('is somebody outside when calls to them fail, and not when calls inside do', () => {
    const outside = causeOf([
      {
        service: 'depot',
        body: 'carrier call % failed: 503',
        attributes: { 'server.address': 'api.carrier.example.com' },
      },
    ]);
    expect(outside).to.include({ kind: 'external', class: 'network' });
    const inside = causeOf([
      { service: 'depot', body: 'call % failed: 503', attributes: { 'server.address': 'stock.shop.svc' } },
    ]);
    expect(inside).to.equal(null);
  });

  it('is not somebody outside who refuses what we send', () => {
    expect(
      causeOf([{ service: 'depot', body: 'POST https://api.carrier.example.com/v2/labels returned 400 for %' }]),
    ).to.equal(null);
  });

  it('is an expired certificate, also by the name that TLS gives that alert, and known is who says so', () => {
    const cause = causeOf([{ service: 'depot', body: 'tls handshake % failed: alert certificate_expired' }]);
    expect(cause).to.include({ kind: 'expired', class: 'network', saidBy: 'depot' });
  });

  it('is a crowded machine when the platform says so, or when its own metrics do', () => {
    const said = causeOf([
      { service: 'kubelet', severity: 'WARN', body: 'Node pool-a-7 MemoryPressure, reclaiming' },
      { service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' },
    ]);
    expect(said).to.include({ kind: 'node', class: 'resource' });
    const seen = causeOf([{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }], {
      jumps: [{ service: 'pool-a-7', metric: 'node_cpu_utilization_ratio', from: 0.3, to: 0.97 }],
    });
    expect(seen).to.include({ kind: 'node', class: 'resource' });
  });

  it('is what a machine has used up beyond its baseline, as its metrics show', () => {
    const slow = [{ service: 'depot', severity: 'WARN', body: 'slow write of % parcels to shelf' }];
    const queue = { service: 'depot-pg', metric: 'volume_queue_length', from: 1, to: 40 };
    const balance = { service: 'depot-pg', metric: 'volume_burst_balance_pct', from: 60, to: 0 };
    expect(causeOf(slow, { onset: 60, jumps: [balance, queue] })).to.include({ kind: 'quota', saidBy: 'depot-pg' });
    expect(causeOf(slow, { onset: 60, jumps: [queue] })).to.equal(null);
    expect(causeOf(slow, { onset: 60, jumps: [{ ...balance, to: 45 }, queue] })).to.equal(null);
  });

  it('is demand when the first failing service gets many times the requests, and not when another does', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    const surge = (service: string) => [{ service, metric: 'requests_per_sec', from: 100, to: 700 }];
    expect(causeOf(complaints, { jumps: surge('depot') })).to.include({ kind: 'demand', class: 'resource' });
    expect(causeOf(complaints, { jumps: surge('stock') })).to.equal(null);
  });

  it('is a flood of attempts that are turned away and use up the processor, told so only where they do', () => {
    const slow = [{ service: 'depot', body: 'request % waits for its turn, deadline exceeded' }];
    const attempts = { service: 'depot', metric: 'sign_in_attempts_per_min', from: 40, to: 1900 };
    const busy = { service: 'depot', metric: 'cpu_utilization', from: 0.2, to: 0.98 };
    const away = { service: 'depot', metric: 'sign_ins_refused_ratio', from: 0.05, to: 0.96 };
    const flood = causeOf(slow, { jumps: [attempts, busy, away] });
    expect(flood).to.include({ kind: 'demand', service: 'depot' });
    expect(flood!.statement).to.include('nearly all of it is turned away').and.include('CPU is used up');
    expect(flood!.evidence.length).to.equal(3);
    const wanted = causeOf(slow, { jumps: [attempts, busy] });
    expect(wanted!.statement).to.include('sign_in_attempts_per_min').and.not.include('turned away');
    expect(causeOf(slow, { jumps: [{ ...attempts, metric: 'attempts_per_login' }, busy, away] })).to.equal(null);
  });

  it('is no demand where what comes in since long before the trouble was served', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    const climbing = Array.from({ length: 130 }, (_, index): [number, number] => [
      Date.parse(at(130 - index)),
      50 + index * 4,
    ]);
    const told = incident({ service: 'depot', metric: 'wait_seconds', complaints });
    const labels = { 'service.name': 'depot' };
    const requests = evidence(
      61,
      'metrics.query',
      { metric: 'requests_per_sec', series: [{ labels, unit: null, points: climbing }], warning: null },
      { metric: 'requests_per_sec', service: 'depot' },
    );
    expect(operationalCause(incidentPicture({ ...told, evidence: [...told.evidence, requests] }))).to.equal(null);
  });

  it('is no demand where a caller that is asked for no more makes many times the calls', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    const asked = { service: 'depot', metric: 'requests_per_sec', from: 100, to: 700 };
    const calls = { service: 'shop', metric: 'outbound_calls_per_sec', from: 100, to: 700 };
    const rush = { service: 'shop', metric: 'requests_per_sec', from: 100, to: 700 };
    expect(causeOf(complaints, { jumps: [asked, calls] })).to.equal(null);
    expect(causeOf(complaints, { jumps: [asked, calls, rush] })).to.include({ kind: 'demand' });
  });

  it('is said plainly for failovers and used-up quotas', () => {
    expect(causeOf([{ service: 'depot', body: 'primary failed over to zone b' }])).to.include({ kind: 'platform' });
    expect(causeOf([{ service: 'depot', body: 'quota for label printing exceeded' }])).to.include({ kind: 'quota' });
    const lost = 'The writer instance depot-1 became unresponsive: underlying host failure';
    expect(causeOf([{ service: 'depot', body: lost }])).to.include({ kind: 'platform', class: 'database' });
  });

  it('is a machine that is lost, by the words of clusters, clouds and those who fence it, where that is when the trouble begins', () => {
    const failing = { service: 'depot', body: 'broker shelf-1 is unreachable, try %' };
    const lost = [
      'NodeNotReady node/ip-10-0-3-7: Kubelet stopped posting node status',
      'Marking all Pods on node ip-10-0-3-7 as lost, taint node.kubernetes.io/unreachable:NoExecute added',
      'ec2: instance i-0ab12 of node ip-10-0-3-7 is impaired (system status check failed)',
      'compute.instances.hostError: Instance pool-a-7 terminated by Compute Engine',
      'host esx-12: hardware failure, HA restarts 14 machines',
      'serf: EventMemberFailed: client-7.dc1 10.0.3.7',
      'stonith: node db-2 was fenced',
    ];
    for (const body of lost)
      expect(causeOf([failing, { service: 'platform', severity: 'WARN', body }]), body).to.include({
        kind: 'platform',
        class: 'infrastructure',
      });
    for (const body of ['node version 18 is no longer supported', 'nfs: server files not responding, try %'])
      expect(causeOf([failing, { service: 'platform', severity: 'WARN', body }]), body).to.equal(null);
    const early = incident({ service: 'depot', metric: 'http_errors_per_second', complaints: [failing] });
    const long = { at: at(60), severity: 'WARN', service: 'platform', body: lost[0]!, attributes: {} };
    const told = evidence(60, 'logs.query', { rows: [long], hasMore: false, warning: null });
    expect(operationalCause(incidentPicture({ ...early, evidence: [...early.evidence, told] }))).to.equal(null);
  });

  it('is a file that a partner delivered, where each complaint is about it, and no machine where a container goes beyond its own limit', () => {
    const broken = 'file stock_20310402.csv rejected at line 4813: price is not a number, try %';
    expect(causeOf([{ service: 'depot', body: broken }])).to.include({ kind: 'data' });
    expect(causeOf([{ service: 'depot', body: 'file stock_%.csv rejected: price is not a number' }])).to.equal(null);
    const killed = 'Container depot of pod tickets/depot-% was OOMKilled, exit code 137';
    expect(causeOf([{ service: 'kubelet', body: killed }])).to.equal(null);
    expect(causeOf([{ service: 'kubelet', body: 'node-3: MemoryPressure, % evicted' }])).to.include({ kind: 'node' });
  });

  it('is no demand where a caller has lost its cache', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'all threads busy, % wait' }];
    const asked = { service: 'depot', metric: 'requests_per_sec', from: 60, to: 540 };
    const lost = { service: 'shop', metric: 'cache_hit_ratio', from: 0.92, to: 0.07 };
    expect(causeOf(complaints, { jumps: [asked] })).to.include({ kind: 'demand' });
    expect(causeOf(complaints, { jumps: [asked, lost] })).to.equal(null);
  });

  it('is a surge of work where a worker does more at its usual pace and what waits for it grows', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'shipment % is late' }];
    const more = { service: 'mailer', metric: 'emails_sent_per_min', from: 400, to: 900 };
    const waits = { service: 'mail-queue', metric: 'messages_pending', from: 20, to: 9000 };
    const slower = { service: 'mailer', metric: 'send_duration_p95_ms', from: 80, to: 900 };
    const demand = { kind: 'demand', service: 'mailer', waitsAt: 'mail-queue' };
    expect(causeOf(complaints, { jumps: [more, waits] })).to.include(demand);
    expect(causeOf(complaints, { jumps: [more] })).to.equal(null);
    expect(causeOf(complaints, { jumps: [more, waits, slower] })).to.equal(null);
  });

  it('tells who asks for what was never asked for before', () => {
    const bulk = (customer: (index: number) => string) => {
      const input = incident({ service: 'depot', metric: 'lag_seconds', complaints: [] });
      const rows = Array.from({ length: 8 }, (_, index) => ({
        at: at(9 - index / 2),
        severity: 'INFO',
        service: 'api',
        body: `import of ${2000 + index} rows queued`,
        attributes: { 'customer.id': customer(index) },
      }));
      const asked = evidence(60, 'logs.query', { rows, hasMore: false, warning: null });
      return loudestAsker({ ...input, evidence: [...input.evidence, asked] }, Date.parse(at(10)));
    };
    expect(bulk(() => 'acme')).to.deep.include({ who: 'customer.id acme', evidence: 60 });
    expect(bulk((index) => `c-${index}`)).to.equal(null);
  });

  it('is the disk of whoever says that it is full', () => {
    const cause = causeOf([{ service: 'stock-db', body: 'could not extend file %: No space left on device' }]);
    expect(cause).to.include({ kind: 'storage', service: 'stock-db' });
  });

  it('is no demand that each request takes more calls, or more time', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    for (const metric of ['db_calls_per_request', 'request_p95_ms'])
      expect(causeOf(complaints, { jumps: [{ service: 'depot', metric, from: 2, to: 90 }] }), metric).to.equal(null);
  });

  it('is a store that has no number left for new rows, by the words of whoever keeps them', () => {
    const said = [
      "SQLSTATE[23000]: 1062 Duplicate entry '4294967295' for key 'scans.PRIMARY', scan %",
      'ORA-08004: sequence SCAN_SEQ.NEXTVAL exceeds MAXVALUE and cannot be instantiated',
      'Arithmetic overflow error converting IDENTITY to data type int, scan %',
      'nextval: reached maximum value of sequence "scans_id_seq" (32767)',
    ];
    for (const body of said) {
      const cause = causeOf([
        { service: 'depot', body: `cannot store: ${body}` },
        { service: 'depot-db', body },
      ]);
      expect(cause, body).to.include({ kind: 'numbers', class: 'database', service: 'depot-db' });
    }
    expect(causeOf([{ service: 'depot', body: "Duplicate entry '77%' for key 'scans.PRIMARY'" }])).to.equal(null);
  });

  it('is no demand where a caller makes many more calls for each of what it is asked', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    const jumps = [
      { service: 'depot', metric: 'requests_per_sec', from: 100, to: 700 },
      { service: 'app', metric: 'backend_requests_per_visit', from: 4, to: 40 },
      { service: 'app', metric: 'requests_per_sec', from: 10, to: 25 },
    ];
    expect(causeOf(complaints, { jumps })).to.equal(null);
  });
});
