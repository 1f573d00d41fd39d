import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const PODS =
  'NAME                     READY   STATUS    RESTARTS   AGE\nnotify-7f6d9c8b5d-zz2xq  1/1     Running   0          40d\n';
const LOG =
  '2031-04-02T10:39:01Z INFO GET /inbox 200\n2031-04-02T10:39:02Z INFO GET /inbox 200\n2031-04-02T10:39:04Z INFO POST /seen 200\n2031-04-02T10:39:06Z INFO POST /seen 200\n';

const answer = (result: unknown[], resultType = 'vector') =>
  JSON.stringify({ status: 'success', data: { resultType, result } });

type Told = { streams?: string; inbox?: string; days?: string[]; failed?: string; from?: number };

function verdict({ streams = '55.1', inbox = '0.081', days = [], failed = '0', from = 1_932_293_000 }: Told): string {
  const at = 1_932_900_000;
  return concluded('NotifyLatencyHigh: p99 latency of notify is 55 s', [
    printed('kubectl get pods -n post', PODS),
    printed('kubectl logs notify-7f6d9c8b5d-zz2xq -n post', LOG),
    printed(
      'promtool query instant http://prom:9090 histogram_quantile(0.99, sum by (le, route) (rate(request_seconds_bucket[5m])))',
      answer([
        { metric: { route: '/inbox' }, value: [at, inbox] },
        { metric: { route: '/notifications/stream' }, value: [at, streams] },
      ]),
    ),
    printed(
      'curl http://prom:9090/api/v1/query?query=sum by (status) (rate(requests_total[5m]))',
      answer([{ metric: { status: '503' }, value: [at, failed] }]),
    ),
    printed(
      `curl http://prom:9090/api/v1/query_range?query=histogram_quantile(0.99, rate(request_seconds_bucket{route="/notifications/stream"}[1h]))&start=${from}&end=${at}&step=86400`,
      answer([{ metric: {}, values: days.map((value, day) => [from + day * 86_400, value]) }], 'matrix'),
    ),
  ]).report.verdict;
}
const USUAL = ['55.0', '55.1', '55.1', '54.9', '55.2', '55.1'];

describe('requests that are held open by design', () => {
  it('are no slowness where they take as long as on every day, and all others are fast', () => {
    expect(verdict({ days: USUAL })).to.equal('healthy');
  });

  it('prove nothing where they took less before, others are slow, nobody knows what is usual, or requests fail', () => {
    expect(verdict({ days: ['2.0', '2.1', '2.0', '2.2', '55.0', '55.1'] })).to.not.equal('healthy');
    expect(verdict({ days: USUAL, inbox: '4.2' })).to.not.equal('healthy');
    expect(verdict({})).to.not.equal('healthy');
    expect(verdict({ days: USUAL, failed: '3.1' })).to.not.equal('healthy');
    expect(verdict({ days: USUAL, from: 1_932_899_000 })).to.not.equal('healthy');
  });
});

describe('requests that somebody asks about', () => {
  it('are no slowness where those that are held open took as long a week ago', () => {
    const question = (offset: string) =>
      `promtool query instant http://prom:9090 histogram_quantile(0.99, sum by (le, route) (rate(request_seconds_bucket[5m]${offset})))`;
    const times = (streams: string) =>
      answer([
        { metric: { route: '/inbox' }, value: [1_932_900_000, '0.08'] },
        { metric: { route: '/notifications/stream' }, value: [1_932_900_000, streams] },
      ]);
    const asked = (before: string, offset = ' offset 1w') =>
      concluded('Why are so many requests of notify slow?', [
        printed('kubectl get pods -n post', PODS),
        printed('kubectl logs notify-7f6d9c8b5d-zz2xq -n post', LOG),
        printed(question(''), times('55.1')),
        printed(question(offset), times(before)),
      ]).report.verdict;
    expect(asked('55.0')).to.equal('healthy');
    expect(asked('2.1')).to.not.equal('healthy');
    expect(asked('55.0', ' offset 5m')).to.not.equal('healthy');
  });
});
