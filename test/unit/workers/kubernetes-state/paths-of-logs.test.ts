import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const pods = (namespace: string, ...rows: string[]) =>
  printed(
    `kubectl get pods -n ${namespace} -o wide`,
    `NAME                   READY   STATUS    RESTARTS   AGE   IP          NODE   NOMINATED NODE   READINESS GATES\n${rows.join('\n')}\n`,
  );
const API = 'orders-6d5c8b7f9d-4xk2p   1/1     Running   0          3d    10.1.0.4    n1     <none>           <none>';
const STORE = 'orders-mysql-0            1/1     Running   0          3d    10.1.0.9    n1     <none>           <none>';
const services = (namespace: string, row: string) =>
  printed(
    `kubectl get svc -n ${namespace} -o wide`,
    `NAME        TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)    AGE   SELECTOR\n${row}\n`,
  );
const APP = services('team', 'orders      ClusterIP   10.0.0.7     <none>        80/TCP     3d    app=orders');
const DATA = services(
  'data',
  'orders-mysql   ClusterIP   10.0.0.8     <none>        3306/TCP   3d    app=orders-mysql',
);
const log = (text: string) => printed('kubectl logs orders-6d5c8b7f9d-4xk2p -n team', `${text}\n`);
const policy = (peer: string) =>
  printed(
    'kubectl describe netpol api-egress -n team',
    `Name:         api-egress\nNamespace:    team\nSpec:\n  PodSelector:     app=orders\n  Not affecting ingress traffic\n  Allowing egress traffic:\n    To Port: 3306/TCP\n    To:\n${peer}    ----------\n    To Port: 53/UDP\n    To: <any> (traffic not restricted by destination)\n  Policy Types: Egress\n`,
  );
const TIMEOUT = "ERROR Can't connect to MySQL server on 'orders-mysql.data' (timed out)";

describe('whom the logs of a cluster lead to', () => {
  const seen = [pods('team', API), pods('data', STORE), APP, DATA];

  it('a policy whose pod selector means its own namespace blocks the path to another one', () => {
    const { report } = concluded('orders times out', [
      ...seen,
      policy('      PodSelector: app=orders-mysql\n'),
      log(TIMEOUT),
    ]);
    expect(report.rootCause.statement).to.include('api-egress').and.to.include('namespace selector');
    expect(report.class).to.equal('network');
  });

  it('a refusal is an answer, which no policy gives', () => {
    const refused = log("ERROR Can't connect to MySQL server on 'orders-mysql.data' (Connection refused)");
    const { report } = concluded('orders fails', [...seen, policy('      PodSelector: app=orders-mysql\n'), refused]);
    expect(report.rootCause.statement).to.not.include('api-egress');
  });

  it('the store of an error is found in a namespace of its own', () => {
    const { report } = concluded('orders cannot save', [
      ...seen,
      log("ERROR (1290, 'The MySQL server is running with the --super-read-only option')"),
    ]);
    expect(report.rootCause.component).to.equal('orders-mysql');
  });

  it('an expired certificate is a matter of who shows it', () => {
    const expired = 'ERROR Post "https://orders-mysql:8443/x": tls: x509: certificate has expired or is not yet valid';
    expect(concluded('orders fails', [...seen, log(expired)]).report.rootCause.component).to.equal('orders-mysql');
    const shown = (end: string) =>
      printed(
        'kubectl exec orders-6d5c8b7f9d-4xk2p -n team -- sh -c "openssl s_client -connect orders-mysql:8443 | openssl x509 -noout -dates"',
        `notBefore=Jan  1 00:00:00 2031 GMT\nnotAfter=${end} GMT\n`,
      );
    const { report } = concluded('orders fails', [...seen, shown('Apr  1 00:00:00 2031')]);
    expect(report.rootCause.statement).to.include('has expired');
    expect(concluded('orders fails', [...seen, shown('Jul  1 00:00:00 2031')]).report.verdict).to.equal('inconclusive');
  });

  it('a registry that asks for a login has said nothing about the image, nor has a missing platform', () => {
    const failing = pods('team', API.replace('1/1     Running ', '0/1     ErrImagePull'));
    const said = (message: string) =>
      concluded('orders does not start', [
        failing,
        printed(
          'kubectl get events -n team',
          `LAST SEEN   TYPE      REASON   OBJECT                     MESSAGE\n2m          Warning   Failed   pod/orders-6d5c8b7f9d-4xk2p   Failed to pull image "r.example/api:1": ${message}\n`,
        ),
      ]).report.rootCause.statement;
    expect(said('failed to resolve reference: failed to authorize: 401 Unauthorized')).to.include('credentials');
    expect(said('no match for platform in manifest: not found')).to.include('architecture');
    expect(said('r.example/api:1: not found')).to.include('tag does not exist');
  });
});
