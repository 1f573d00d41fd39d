import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const pods = (age: string) =>
  printed(
    'kubectl get pods -n team',
    `NAME                      READY   STATUS    RESTARTS   AGE\norders-7f6d9c8b5d-zz2xq   1/1     Running   0          ${age}\n`,
  );
const secrets = (age: string) =>
  printed('kubectl get secrets -n team', `NAME           TYPE     DATA   AGE\norders-login   Opaque   2      ${age}\n`);
const refused = printed(
  'kubectl logs orders-7f6d9c8b5d-zz2xq -n team',
  'ERROR FATAL: password authentication failed for user "orders"\n',
);
const map = (host: string) =>
  printed(
    'kubectl get cm orders-settings -n team -o yaml',
    `apiVersion: v1\nkind: ConfigMap\ndata:\n  DB_HOST: ${host}\nmetadata:\n  name: orders-settings\n  namespace: team\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: '{"data":{"DB_HOST":"orders-pg"},"kind":"ConfigMap"}'\n`,
  );
const unknownHost = printed(
  'kubectl logs orders-7f6d9c8b5d-zz2xq -n team',
  'ERROR dial tcp: lookup orders-db on 10.96.0.10:53: no such host\n',
);

const say = (...recorded: ReturnType<typeof printed>[]) => {
  const { report, struck } = concluded('orders in namespace team fails', recorded);
  expect(struck.filter((line) => line.startsWith('root cause'))).to.deep.equal([]);
  return report.rootCause.statement;
};

describe('configuration that was changed', () => {
  it('is a Secret that is newer than the pods that still log in with the old one', () => {
    const said = say(pods('41d'), secrets('9m'), refused);
    expect(said).to.include('Secret orders-login was changed (rotated)').and.include('need a restart');
  });

  it('is not blamed when the pods are newer than the Secret', () => {
    expect(say(pods('9m'), secrets('41d'), refused)).to.not.include('orders-login');
  });

  it('is a ConfigMap whose value differs from what was applied, where the program complains about the new value', () => {
    expect(say(pods('5m'), map('orders-db'), unknownHost)).to.include('DB_HOST was orders-pg and is now orders-db');
  });

  it('says nothing of a ConfigMap that is as it was applied', () => {
    expect(say(pods('5m'), map('orders-pg'), unknownHost)).to.not.include('orders-settings');
  });
});
