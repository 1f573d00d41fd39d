import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                      READY   STATUS    RESTARTS   AGE\nweb-7f6d9c8b5d-zz2xq      1/1     Running   0          3d\nstock-6d5c8b7f9d-4xk2p    1/1     Running   0          3d\nprice-5c9d8f7b6b-x9k2m    1/1     Running   0          3d\n';
const POD = { web: 'web-7f6d9c8b5d-zz2xq', stock: 'stock-6d5c8b7f9d-4xk2p' } as const;

function top(alert: string, logs: Partial<Record<keyof typeof POD, string[]>>) {
  const recorded = [
    printed('kubectl get pods -n team', PODS),
    ...Object.entries(logs).map(([name, lines]) =>
      printed(`kubectl logs ${POD[name as keyof typeof POD]} -n team`, `${lines.join('\n')}\n`),
    ),
  ];
  const [first] = diagnose(inputOf(alert, recorded)).diagnoses;
  return first ? { component: first.component, says: first.statement, class: first.class } : null;
}

/** A request whose call takes so many seconds, from a whole minute on. */
const request = (id: string, minute: number, callee: string, seconds: number): string[] => [
  `2031-04-02 10:${minute}:00,010 INFO request_id=${id} GET /items begins`,
  `2031-04-02 10:${minute}:00,020 INFO request_id=${id} calling ${callee}`,
  `2031-04-02 10:${minute}:${String(seconds).padStart(2, '0')},030 INFO request_id=${id} answer 200`,
  `2031-04-02 10:${minute}:${String(seconds).padStart(2, '0')},040 INFO request_id=${id} done`,
];
const SLOW = 'Requests of web in namespace team are slow';

describe('the time between two lines of a request', () => {
  it('tells the callee whom it waits for, in the cluster or outside', () => {
    const own = top(SLOW, {
      web: [...request('a', 10, 'http://price:8080/p', 7), ...request('b', 11, 'http://price:8080/p', 6)],
    });
    expect(own).to.include({ component: 'price', class: 'application' });
    expect(own?.says).to.include('10:10:00').and.to.include('10:10:07').and.to.include('calling http://price:8080/p');
    const outside = top(SLOW, {
      web: [
        ...request('a', 10, 'https://api.maps.example/v1', 7),
        ...request('b', 11, 'https://api.maps.example/v1', 6),
      ],
    });
    expect(outside).to.include({ component: 'web', class: 'network' });
    expect(outside?.says).to.include('api.maps.example');
  });

  it('goes down a chain of callers to the one that waits for nobody of the chain', () => {
    const found = top(SLOW, {
      web: request('a', 10, 'http://stock:8080/s', 8),
      stock: request('a', 10, 'http://price:8080/p', 7),
    });
    expect(found).to.include({ component: 'price' });
  });

  it('keeps apart the lines of several requests', () => {
    const mixed = [...request('a', 10, 'http://price:8080/p', 1), ...request('b', 10, 'http://price:8080/p', 1)].sort();
    expect(top(SLOW, { web: [...mixed, ...request('c', 40, 'http://price:8080/p', 1)] })).to.equal(null);
  });

  it('says nothing where nobody waits, nor by one slow request alone', () => {
    const slow = [...request('a', 10, 'http://price:8080/p', 7), ...request('b', 11, 'http://price:8080/p', 6)];
    expect(top('Is web in namespace team fine?', { web: slow })).to.equal(null);
    expect(top(SLOW, { web: slow.slice(0, 4) })).to.equal(null);
  });

  it('takes no words for the name of a request', () => {
    const line = (minute: number) => `{"time":"2031-04-02T10:${minute}:00Z","msg":"request","path":"/items","ms":9}`;
    expect(top(SLOW, { web: [line(10), line(20), line(30), line(40)] })).to.equal(null);
  });
});
