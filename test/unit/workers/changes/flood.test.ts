import { expect } from 'chai';
import { incidentPicture } from '../../../../src/workers/changes/incident-picture.ts';
import { operationalCause } from '../../../../src/workers/changes/operational-cause.ts';
import { type Complaint, incident, type Jump } from '../../../fixtures/rca/change-incident.ts';

const SLOW: Complaint = { service: 'auth-gate', body: 'hash % waits for a thread, deadline exceeded' };
const causeOf = (jumps: Jump[], complaints: Complaint[] = [SLOW], service = 'auth-gate') =>
  operationalCause(incidentPicture(incident({ service, metric: 'request_duration_p95_ms', complaints, jumps })));
const jump = (metric: string, from: number, to: number, service = 'auth-gate'): Jump => {
  return { service, metric, from, to };
};

const TRIES = jump('attempts_per_min', 600, 24_000);
const REFUSED = jump('invalid_password_ratio', 0.06, 0.97);

describe('a flood of tries to be let in', () => {
  it('is known by what counts them at a service that lets people in, and by how much is turned away', () => {
    const cause = causeOf([TRIES, REFUSED]);
    expect(cause).to.include({ kind: 'demand', class: 'resource', service: 'auth-gate' });
    expect(cause!.statement).to.include('automated attack').and.include('attempts_per_min');
    const shop = { ...SLOW, service: 'courier' };
    expect(causeOf([{ ...TRIES, service: 'courier' }], [shop], 'courier')).to.equal(null);
  });

  it('is of something else where nobody tries passwords', () => {
    const till = { ...SLOW, service: 'till' };
    const cause = causeOf(
      [jump('checkout_attempts_per_min', 50, 900, 'till'), jump('cards_declined_ratio', 0.04, 0.93, 'till')],
      [till],
      'till',
    );
    expect(cause!.statement).to.include('tries out what is not theirs').and.not.include('passwords');
  });

  it('tells of how many it comes, what asks, and names that nobody has', () => {
    const few = causeOf([TRIES, REFUSED, jump('unique_ips', 900, 1200, 'edge')]);
    expect(few!.statement).to.include('hardly more clients');
    const many = causeOf([TRIES, REFUSED, jump('unique_ips', 900, 31_000, 'edge')]);
    expect(many!.statement).to.include('many times the clients').and.include('limit for each');
    const told = causeOf(
      [TRIES, REFUSED],
      [SLOW, { service: 'auth-gate', severity: 'WARN', body: 'denied u%: unknown user, ua=curl/8.5' }],
    );
    expect(told!.statement).to.include('"curl/8.5"').and.include('"unknown user"');
    const crowd = causeOf([TRIES]);
    expect(crowd!.statement).to.not.match(/attack|turned away/);
  });

  it('is none where the same people may just try again', () => {
    const again = jump('attempts_per_min', 600, 1900);
    expect(causeOf([again, REFUSED])).to.equal(null);
    expect(causeOf([again, REFUSED, jump('unique_ips', 900, 1900, 'edge')])).to.equal(null);
    const stranger = { service: 'auth-gate', severity: 'WARN', body: 'denied u%: no such user' };
    expect(causeOf([again, REFUSED], [SLOW, stranger])).to.include({ kind: 'demand' });
  });
});
