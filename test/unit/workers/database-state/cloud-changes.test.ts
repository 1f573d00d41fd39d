import { expect } from 'chai';
import { cloudChanges } from '../../../../src/workers/database-state/cloud-changes.ts';
import { inputOf, printed } from '../kubernetes-state/conclude-evidence.ts';

const changesIn = (output: string) =>
  cloudChanges(inputOf('x', [printed('aws cloudtrail lookup-events', output)]).evidence).map(({ at, name, who }) => ({
    at,
    name,
    who,
  }));

describe('the audit trail of a cloud', () => {
  it('is read from its interface, with times as text or as seconds, and from lines of text, oldest first', () => {
    const entry = (EventTime: unknown) => ({ EventName: 'DeleteRoute', EventTime, Username: 'ops' });
    expect(changesIn(JSON.stringify({ Events: [entry(1_933_063_860), entry('2031-04-01T08:00:00Z')] }))).to.deep.equal([
      { at: '2031-04-01T08:00:00Z', name: 'DeleteRoute', who: 'ops' },
      { at: '2031-04-04T10:11:00.000Z', name: 'DeleteRoute', who: 'ops' },
    ]);
    expect(changesIn('2031-04-02T10:02:40+00:00\tRevokeSecurityGroupIngress\tdeployer\t{"a":1}\n')).to.deep.equal([
      { at: '2031-04-02T10:02:40+00:00', name: 'RevokeSecurityGroupIngress', who: 'deployer' },
    ]);
  });

  it('takes no time, and no call, from words that are none', () => {
    expect(
      changesIn(JSON.stringify({ Events: [{ EventName: 'DeleteRoute', EventTime: '<!channel>' }] }))[0]?.at,
    ).to.equal(null);
    expect(changesIn('2031-04-02T10:02:40Z Deleted the cache of routes')).to.deep.equal([]);
  });
});
