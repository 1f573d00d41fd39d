import { expect } from 'chai';
import { silentTelemetry } from '../../../../../src/workers/detectors/support/silent-telemetry.ts';
import { logRow, logs, span, spans } from '../../../../support/evidence-fixtures.ts';

const all = { service: 'user-service' };
const errors = { service: 'user-service', severity: 'ERROR' };

describe('silent telemetry', () => {
  it('is a gap where everything was asked for and nothing came', () => {
    const gaps = silentTelemetry([logs(1, [], all), logs(2, [], errors), spans(3, [], all)]);
    expect(gaps.map(({ what }) => what)).to.deep.equal(['logs of user-service', 'traces of user-service']);
    expect(gaps[0]?.why).to.contain('no sign of health');
  });

  it('is none where only errors were asked for, or where something came', () => {
    expect(silentTelemetry([logs(1, [], errors)])).to.deep.equal([]);
    expect(silentTelemetry([logs(1, [], all), logs(2, [logRow('x')], errors)])).to.deep.equal([]);
    expect(silentTelemetry([spans(1, [span()], all)])).to.deep.equal([]);
  });
});
