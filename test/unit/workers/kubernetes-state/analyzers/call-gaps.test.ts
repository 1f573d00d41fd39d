import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { waitedSeconds } from '../../../../../src/workers/kubernetes-state/logs/waiting-words.ts';
import { concluded, inputOf, printed } from '../conclude-evidence.ts';

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

  /** One invoice after the other, each of which waits for the tax office so many seconds. */
  const worker = (seconds: number): string[] =>
    Array.from({ length: 4 }, (_, at) => [
      `2031-04-02 10:1${at}:00,010 INFO task 7f${at}3 taken from invoices (waited=45m)`,
      `2031-04-02 10:1${at}:00,020 INFO task 7f${at}3 asking for the tax at rates.taxoffice.example`,
      `2031-04-02 10:1${at}:0${seconds},030 INFO task 7f${at}3 tax known (HTTP 200)`,
      `2031-04-02 10:1${at}:0${seconds},040 INFO task 7f${at}3 acked`,
    ]).flat();

  it('reads the work of a queue, where hosts and pieces stand in words and one piece follows the other', () => {
    const found = top('Why do invoices come out hours late?', { web: worker(8) });
    expect(found).to.include({ component: 'web', class: 'application' });
    expect(found?.says).to.include('rates.taxoffice.example').and.to.include('one piece after the other');
    expect(top('Why do invoices come out hours late?', { web: worker(0) })).to.equal(null);
  });

  it('lets nobody call work well done that waited for long, whatever the pods look like', () => {
    const late = concluded('Why do invoices of web come out hours late?', [
      printed('kubectl get pods -n team', PODS),
      printed(`kubectl logs ${POD.web} -n team`, `${worker(0).join('\n')}\n`),
    ]).report;
    expect(late.verdict).to.not.equal('healthy');
  });

  it('reads waits in the forms in which queues and workers tell them', () => {
    expect(waitedSeconds('job 1 begun (queued 1h59m)')).to.equal(7140);
    expect(waitedSeconds('{"msg":"start","queue_wait_ms":930000}')).to.equal(930);
    expect(waitedSeconds('took task 4, waited 12.5 s')).to.equal(12.5);
    expect(waitedSeconds('message_age=2h')).to.equal(7200);
    expect(waitedSeconds('served 12 requests')).to.equal(null);
  });
});
