import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const POD = (version: string) =>
  printed(
    'kubectl get pods -n team --show-labels',
    `NAME                      READY   STATUS    RESTARTS   AGE   LABELS\nstock-6d5c8b7f9d-4xk2p    1/1     Running   0          3d    app=stock,version=${version}\n`,
  );
const SERVICE = printed(
  'kubectl get svc -n team -o wide',
  'NAME    TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   SELECTOR\nstock   ClusterIP   10.0.0.7     <none>        80/TCP    3d    app=stock\n',
);
const mesh = (subset: string) =>
  printed(
    'kubectl get vs,dr -n team -o yaml',
    `apiVersion: v1\nkind: List\nitems:\n- kind: DestinationRule\n  metadata: {name: stock, namespace: team}\n  spec:\n    host: stock\n    subsets:\n    - name: v2\n      labels: {version: v2}\n- kind: VirtualService\n  metadata: {name: stock, namespace: team}\n  spec:\n    hosts: [stock]\n    http:\n    - route:\n      - destination: {host: stock.team.svc.cluster.local, subset: ${subset}}\n`,
  );

const said = (version: string, subset: string): string | undefined =>
  diagnose(inputOf('stock in namespace team answers 503', [POD(version), SERVICE, mesh(subset)])).diagnoses.find(
    ({ kind }) => kind === 'mesh-subset',
  )?.statement;

describe('routes of the mesh to subsets', () => {
  it('tells of labels that no pod of the service has', () => {
    expect(said('v1', 'v2')).to.include('version=v2').and.to.include('no pod');
    expect(said('v2', 'v2')).to.equal(undefined);
  });

  it('tells of a subset that nobody defines', () => {
    expect(said('v2', 'canary')).to.include('canary').and.to.include('no DestinationRule');
  });
});
