import { expect } from 'chai';
import { logSymptoms } from '../../../../../src/workers/localisation/symptoms/log-symptoms.ts';
import { peersAmong } from '../../../../../src/workers/localisation/telemetry/named-peers.ts';
import type { LogLine } from '../../../../../src/workers/localisation/telemetry/read-logs.ts';

const lines = (service: string, body: string, count: number): LogLine[] =>
  Array.from({ length: count }, (_, index) => {
    return { at: index, component: { service, instance: null }, question: 'all', trace: null, severity: null, body };
  });
const peerOf = peersAmong(['desk', 'till', 'safe']);
const errorsOf = (before: LogLine[], during: LogLine[], reduced = new Set<string>()) =>
  logSymptoms({ before, during, evidence: [2] }, peerOf, reduced).errors.filter(({ clarity }) => clarity > 0.5);

describe('errors in logs', () => {
  const calm = [...lines('desk', 'INFO served', 200), ...lines('till', 'INFO served', 200)];

  it('are new where a component was hardly heard before, by what all components together log', () => {
    const during = [...calm, ...lines('safe', 'INFO opened', 8), ...lines('safe', 'ERROR jammed', 6)];
    const [found] = errorsOf([...calm, ...lines('safe', 'INFO opened', 2)], during);
    expect(found).to.deep.include({ component: { service: 'safe', instance: null }, evidence: [2] });
    expect(found!.reason).to.equal('safe logs "ERROR jammed" again and again, and never before');
  });

  it('are told without lines from before, too', () => {
    const during = [...calm, ...lines('safe', 'INFO opened', 8), ...lines('safe', 'ERROR jammed', 6)];
    expect(errorsOf([], during).map(({ component }) => component.service)).to.deep.equal(['safe']);
  });

  it('surge where they came now and then before, and not where all lines grow alike', () => {
    const before = [...calm, ...lines('safe', 'INFO opened', 200), ...lines('safe', 'ERROR jammed', 2)];
    const surge = [...calm, ...lines('safe', 'INFO opened', 200), ...lines('safe', 'ERROR jammed', 60)];
    const [found] = errorsOf(before, surge);
    expect(found!.reason).to.equal('safe logs "ERROR jammed" again and again, and less often before');
    const grown = [...calm, ...lines('safe', 'INFO opened', 1000), ...lines('safe', 'ERROR jammed', 10)];
    expect(errorsOf(before, grown)).to.be.empty;
  });

  it('are nothing new where they were as often before', () => {
    const noisy = [...calm, ...lines('safe', 'ERROR jammed', 6), ...lines('safe', 'INFO opened', 8)];
    expect(errorsOf(noisy, noisy)).to.be.empty;
  });

  it('speak of the service at the far end of the call that they name', () => {
    const during = [...lines('desk', 'INFO served', 200), ...lines('desk', 'ERROR call to till failed', 6)];
    const [found] = errorsOf(calm, during);
    expect(found!.component.service).to.equal('till');
    expect(found!.reason).to.equal('desk logs "ERROR call to till failed" of till again and again, and never before');
  });

  it('stay with who writes them where the one they name goes on as ever, unless an instance of it is gone', () => {
    const during = [...calm, ...lines('desk', 'ERROR call to till failed', 6)];
    expect(errorsOf(calm, during)[0]!.component.service).to.equal('desk');
    const [reduced] = errorsOf(calm, during, new Set(['till']));
    expect(reduced).to.include({ class: 'infrastructure' });
    expect(reduced!.component.service).to.equal('till');
  });
});
