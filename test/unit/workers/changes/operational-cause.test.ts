import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { type Complaint, type Incident, incident } from '../../../fixtures/rca/change-incident.ts';

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

  it('is demand when the first failing service gets many times the requests, and not when another does', () => {
    const complaints = [{ service: 'depot', severity: 'WARN', body: 'request % exceeded its budget' }];
    const surge = (service: string) => [{ service, metric: 'requests_per_sec', from: 100, to: 700 }];
    expect(causeOf(complaints, { jumps: surge('depot') })).to.include({ kind: 'demand', class: 'resource' });
    expect(causeOf(complaints, { jumps: surge('stock') })).to.equal(null);
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
  });
});
