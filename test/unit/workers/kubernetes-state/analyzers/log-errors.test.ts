import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                      READY   STATUS    RESTARTS   AGE\nweb-7f6d9c8b5d-zz2xq      1/1     Running   0          3d\nstock-6d5c8b7f9d-4xk2p    1/1     Running   0          3d\nshelves-mongo-0           1/1     Running   0          3d\n';
const deployment = (store: string) =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: stock\n  namespace: team\nspec:\n  replicas: 1\n  selector:\n    matchLabels: {app: stock}\n  template:\n    metadata:\n      labels: {app: stock}\n    spec:\n      containers:\n        - name: stock\n          image: registry.example/stock:1\n          env:\n            - name: MONGO_URI\n              value: mongodb://${store}:27017/shelves\n`;

function timeout(store: string) {
  return told(store).find(({ kind }) => kind === 'log-timeout');
}

function told(store: string, isConfigurationKnown = true) {
  const recorded = [
    printed('kubectl get pods -n team', PODS),
    ...(isConfigurationKnown ? [printed('kubectl get deployment stock -n team -o yaml', deployment(store))] : []),
    printed(
      'kubectl logs web-7f6d9c8b5d-zz2xq -n team',
      'ERROR stock.Stock/Get: rpc error: code = DeadlineExceeded desc = context deadline exceeded, address stock:50051\n'.repeat(
        3,
      ),
    ),
    printed('kubectl logs stock-6d5c8b7f9d-4xk2p -n team', 'INFO ready\n'),
    printed(
      'kubectl logs shelves-mongo-0 -n team',
      '{"s":"I","c":"COMMAND","msg":"Slow query","attr":{"ns":"shelves.shelf","planSummary":"COLLSCAN","docsExamined":812212,"durationMillis":6120}}\n'.repeat(
        3,
      ),
    ),
  ];
  return diagnose(inputOf('web in namespace team answers slowly', recorded)).diagnoses;
}

describe('errors in logs along the way of a call', () => {
  it('lead to the ill store of a callee that itself says nothing', () => {
    expect(told('shelves-mongo')[0]).to.include({ component: 'shelves-mongo', kind: 'log-missing-index' });
    expect(timeout('shelves-mongo')).to.include({ component: 'stock', cause: false });
  });

  it('lead to the only ill store beside a callee of which nothing shows what it uses', () => {
    expect(told('shelves-mongo', false)[0]).to.include({ component: 'shelves-mongo', kind: 'log-missing-index' });
  });

  it('are those of the store whose name goes with the program, though nothing tells its family', () => {
    const pods =
      'NAME                             READY   STATUS    RESTARTS   AGE\norder-service-7f6d9c8b5d-zz2xq   1/1     Running   0          3d\norders-db-0                      1/1     Running   0          3d\nparcels-db-0                     1/1     Running   0          3d\n';
    const line = 'ERROR PG::ReadOnlySqlTransaction: ERROR: cannot execute INSERT in a read-only transaction\n';
    const recorded = [
      printed('kubectl get pods -n team', pods),
      printed('kubectl logs order-service-7f6d9c8b5d-zz2xq -n team', line.repeat(3)),
    ];
    const [first] = diagnose(inputOf('order-service in namespace team fails', recorded)).diagnoses;
    expect(first).to.include({ component: 'orders-db', class: 'database' });
  });

  it('lead from the answers that a proxy passes on to the program that tells why', () => {
    const recorded = [
      printed('kubectl get pods -n team', PODS),
      printed(
        'kubectl logs web-7f6d9c8b5d-zz2xq -n team',
        '[2031-04-02T10:00:01Z] "POST /take HTTP/2" 500 - via_upstream - "-" 18 96 41 40 "203.0.113.7" "10.12.4.31:8080"\n'.repeat(
          3,
        ),
      ),
      printed(
        'kubectl logs stock-6d5c8b7f9d-4xk2p -n team',
        'ERROR: nextval: reached maximum value of sequence "take_id_seq" (2147483647)\n',
      ),
    ];
    const [first] = diagnose(inputOf('web in namespace team answers 5xx', recorded)).diagnoses;
    expect(first).to.include({ kind: 'log-identifiers-used-up', class: 'database', cause: true });
  });

  it('lead from a callee that answers 5xx to its own words', () => {
    const recorded = [
      printed('kubectl get pods -n team', PODS),
      printed(
        'kubectl logs web-7f6d9c8b5d-zz2xq -n team',
        'ERROR shelf failed err="stock: POST http://stock:8080/take: 500 Internal Server Error"\n'.repeat(3),
      ),
      printed(
        'kubectl logs stock-6d5c8b7f9d-4xk2p -n team',
        'http: panic serving 10.1.2.3:4: runtime error: integer divide by zero\n',
      ),
    ];
    const [first, second] = diagnose(inputOf('web in namespace team answers 5xx', recorded)).diagnoses;
    expect(first).to.include({ component: 'stock', kind: 'log-program-fault', cause: true });
    expect(second).to.include({ component: 'stock', kind: 'log-callee-error', cause: false });
  });

  it('stay a cause where the callee uses another store', () => {
    expect(timeout('other-mongo')).to.include({ component: 'stock', cause: true });
  });

  describe('that only repeat what another program said', () => {
    const web = (line: string) => printed('kubectl logs web-7f6d9c8b5d-zz2xq -n team', `${line}\n`);
    const stock = (line: string) => printed('kubectl logs stock-6d5c8b7f9d-4xk2p -n team', `${line}\n`);
    const causes = (...recorded: ReturnType<typeof printed>[]) =>
      diagnose(
        inputOf('web in namespace team: reservations fail', [printed('kubectl get pods -n team', PODS), ...recorded]),
      ).diagnoses.flatMap(({ component, cause }) => (cause ? [component] : []));

    it('lead to the one who said it first, whole and before all else', () => {
      const first = '{"level":"error","msg":"shelf could not be counted","error":"scale 14 answers nothing"}';
      expect(causes(web('ERROR reserve 7: INTERNAL: shelf could not be counted'), stock(first))).to.deep.equal([
        'stock',
      ]);
      expect(causes(stock(first), web('ERROR reserve 7: INTERNAL: shelf could not be counted'))).to.deep.equal([
        'stock',
      ]);
    });

    it('lead to the one whose client they name, where that one tells of an error itself', () => {
      const line = 'ERROR c.s.web.StockClient : reservation 7 was given up';
      expect(causes(web(line), stock('ERROR scale 14 weighs less than nothing'))).to.deep.equal(['stock']);
      expect(causes(web(line), stock('INFO ready'))).to.deep.equal(['web']);
    });

    it('stand for themselves where both say what any library says', () => {
      const line = (head: string) => `ERROR ${head}the object is a teapot of the wrong size`;
      expect(causes(web(line('')), stock(line('')))).to.have.members(['web', 'stock']);
    });
  });
});
