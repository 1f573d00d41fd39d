import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const POD = 'pod/till-6f5d8c7b9-x2k4q';
const events = (...rows: string[]) =>
  printed(
    'kubectl get events -n shop',
    `LAST SEEN   TYPE   REASON   OBJECT   MESSAGE\n${rows.map((row) => `${row}\n`).join('')}`,
  );
const mount = `4m          Warning   FailedMount   ${POD}   MountVolume.SetUp failed for volume "books" : rpc error: code = DeadlineExceeded`;
const started = (age: string) => `${age}          Normal   Started   ${POD}   Started container till`;
const log = (...lines: string[]) => printed('kubectl logs till-6f5d8c7b9-x2k4q -n shop', `${lines.join('\n')}\n`);
const alleges = (alert: string, ...recorded: Parameters<typeof concluded>[1]) =>
  ['identified', 'probable'].includes(concluded(alert, recorded).report.verdict);

describe('a pod that only events tell of', () => {
  it('has mounted its volumes where it was started since, and not where it was started before', () => {
    expect(alleges('till does not start', events(mount, started('3m')))).to.equal(false);
    expect(alleges('till does not start', events(started('9m'), mount))).to.equal(true);
    expect(alleges('till does not start', events(mount))).to.equal(true);
  });

  it('has found its node where its volume was attached or it writes a log since', () => {
    const waits = `4m          Warning   FailedScheduling   ${POD}   0/3 nodes are available: 3 Insufficient memory.`;
    const attached = `3m          Normal   SuccessfulAttachVolume   ${POD}   AttachVolume.Attach succeeded for volume "pvc-1"`;
    expect(alleges('till is pending', events(waits))).to.equal(true);
    expect(alleges('till is pending', events(waits, attached))).to.equal(false);
    expect(alleges('till is pending', events(waits), log('2031-04-02T10:38:30Z INFO till opened'))).to.equal(false);
    expect(alleges('till is pending', events(waits), log('2031-04-02T10:08:30Z INFO till opened'))).to.equal(true);
  });

  it('is ready where it answers requests since, which no start shows', () => {
    const probe = `4m          Warning   Unhealthy   ${POD}   Readiness probe failed: HTTP probe failed with statuscode: 503`;
    const served = '2031-04-02T10:39:30Z "GET /prices HTTP/1.1" 200 12ms';
    expect(alleges('till is not ready', events(probe), log(served))).to.equal(false);
    expect(alleges('till is not ready', events(probe, started('3m')), log('2031-04-02T10:39:30Z INFO here'))).to.equal(
      true,
    );
  });

  it('is not well for having started where it ends again and again', () => {
    const backOff = `3m          Warning   BackOff   ${POD}   Back-off restarting failed container till in pod till`;
    expect(alleges('till does not start', events(mount, backOff, started('2m')))).to.equal(true);
  });
});
