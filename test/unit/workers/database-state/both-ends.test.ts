import { expect } from 'chai';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';
import { alarm, CALM_SQL, ramp, rds } from './rds-fixture.ts';

const CALLER = printed(
  'kubectl logs -n bank deploy/teller',
  '2031-04-02 10:08:11 ERROR teller.db connect to ledger-prod.x1.rds.amazonaws.com:5432 failed: connection timed out\n'.repeat(
    3,
  ),
);
const trail = (name: string) =>
  printed(
    'aws cloudtrail lookup-events',
    JSON.stringify({
      Events: [
        {
          EventName: name,
          EventTime: '2031-04-02T10:02:40Z',
          Username: 'deployer',
          CloudTrailEvent: JSON.stringify({ requestParameters: { groupId: 'sg-0a1b2c3d4e5f60718', fromPort: 5432 } }),
        },
      ],
    }),
  );
const drained = { DatabaseConnections: ramp(90, 3), CPUUtilization: ramp(18, 4) };

const stated = (...recorded: Parameters<typeof concluded>[1]) => {
  const { report, struck } = concluded(alarm('Connections of RDS ledger-prod drop'), recorded, 'database');
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return report;
};

describe('both ends of the way to a database server', () => {
  it('put a path that is cut down to the rule of the cloud that was taken away', () => {
    const report = stated(...rds(drained, CALM_SQL), CALLER, trail('RevokeSecurityGroupIngress'));
    expect(report.class).to.equal('network');
    expect(report.rootCause.statement)
      .to.include('a rule of the security group sg-0a1b2c3d4e5f60718 was changed (RevokeSecurityGroupIngress')
      .and.include('connections of teller get no answer');
  });

  it('blame the way, and no change that only lets more in', () => {
    const report = stated(...rds(drained, CALM_SQL), CALLER, trail('AuthorizeSecurityGroupIngress'));
    expect(report.class).to.equal('network');
    expect(report.rootCause.statement).to.include('the server itself is well').and.not.include('sg-0a1b2c3d');
  });

  it('agree where the server was away itself', () => {
    const events: [number, string][] = [[6, 'Multi-AZ instance failover started']];
    expect(stated(...rds(drained, CALM_SQL, events), CALLER).rootCause.statement).to.include('failover');
  });
});
