import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                        READY   STATUS    RESTARTS   AGE\nplaylists-7f6d9c8b5d-zz2xq  1/1     Running   0          3d\n';
const loops = (output: unknown, alert = 'The home screen of the music app is slow') =>
  diagnose(
    inputOf(alert, [
      printed('kubectl get pods -n music', PODS),
      printed('curl -s http://traces.music:16686/api/traces/77', JSON.stringify(output)),
    ]),
  ).diagnoses.filter(({ kind }) => kind === 'calls-in-a-loop');

const T = 1_930_300_801_000_000;

/** A trace in the words of Jaeger: so many children that begin so many ms after each other and last 12 ms each. */
const jaeger = (count: number, apart: number, tags: unknown[] = []) => ({
  data: [
    {
      traceID: '77',
      processes: { p1: { serviceName: 'playlists' } },
      spans: [
        { spanID: 'a', operationName: 'GET /home', processID: 'p1', startTime: T, duration: 500_000, references: [] },
        ...Array.from({ length: count }, (_, at) => ({
          spanID: `s${at}`,
          operationName: `GET /tracks/${1000 + at}`,
          processID: 'p1',
          references: [{ refType: 'CHILD_OF', spanID: 'a' }],
          startTime: T + at * apart * 1000,
          duration: 12_000,
          tags,
        })),
      ],
    },
  ],
});

describe('calls that a program makes one by one', () => {
  it('are found in a trace of Jaeger, whatever id they ask for', () => {
    const [found] = loops(jaeger(30, 14));
    expect(found).to.include({ component: 'playlists', class: 'application' });
    expect(found?.statement).to.include('N+1 call').and.to.include('one after the other');
    const [query] = loops(jaeger(30, 14, [{ key: 'db.statement', value: "SELECT * FROM track WHERE id = 'a1'" }]));
    expect(query?.statement).to.include('N+1 query').and.to.include('SELECT * FROM track');
  });

  it('are found in a trace of Zipkin', () => {
    const span = (id: string, parentId: string | null, at: number, duration: number) => ({
      traceId: '9',
      id,
      ...(parentId ? { parentId } : {}),
      name: parentId ? 'redis get' : 'get /feed',
      timestamp: T + at,
      duration,
      localEndpoint: { serviceName: 'playlists' },
    });
    const trace = [
      span('r', null, 0, 400_000),
      ...Array.from({ length: 20 }, (_, at) => span(`c${at}`, 'r', at * 18_000, 17_000)),
    ];
    expect(loops([trace])).to.have.length(1);
  });

  it('are none where they are few, run side by side, take little of the time, or nobody waits', () => {
    expect(loops(jaeger(6, 14))).to.deep.equal([]);
    expect(loops(jaeger(30, 1))).to.deep.equal([]);
    expect(loops(jaeger(12, 14))).to.deep.equal([]);
    expect(loops(jaeger(30, 14), 'playlists answers with errors')).to.deep.equal([]);
    expect(loops({ data: 'no trace' })).to.deep.equal([]);
  });
});
