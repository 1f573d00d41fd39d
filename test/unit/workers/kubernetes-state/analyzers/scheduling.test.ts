import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                   READY   STATUS    RESTARTS   AGE   IP         NODE     NOMINATED NODE   READINESS GATES\napi-6d5c8b7f9d-4xk2p   1/1     Running   0          30d   10.1.0.4   node-a   <none>           <none>\napi-6d5c8b7f9d-7wmxt   0/1     Pending   0          5m    <none>     <none>   <none>           <none>\n';
const event = (message: string) =>
  printed(
    'kubectl get events -n team',
    `LAST SEEN   TYPE      REASON             OBJECT                     MESSAGE\n1m          Warning   FailedScheduling   pod/api-6d5c8b7f9d-7wmxt   ${message}\n`,
  );
const NODE =
  'Name:               node-b\nTaints:             node.kubernetes.io/disk-pressure:NoSchedule\nUnschedulable:      false\nConditions:\n  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                 Message\n  ----             ------  -----------------                 ------------------                ------                 -------\n  DiskPressure     True    Wed, 02 Apr 2031 10:30:00 +0000   Wed, 02 Apr 2031 10:20:00 +0000   KubeletHasDiskPressure kubelet has disk pressure\n  Ready            True    Wed, 02 Apr 2031 10:30:00 +0000   Wed, 02 Apr 2031 09:00:00 +0000   KubeletReady           kubelet is posting ready status\n';

const first = (...recorded: ReturnType<typeof printed>[]) =>
  diagnose(
    inputOf('api in namespace team: a replica is Pending', [
      printed('kubectl get pods -n team -o wide', PODS),
      ...recorded,
    ]),
  ).diagnoses[0];

describe('a pod without a node', () => {
  const lost = event(
    "0/2 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/disk-pressure: }, 1 node(s) didn't match pod anti-affinity rules.",
  );

  it('is the effect of the node that is ill, not of rules that were kept before', () => {
    expect(first(lost, printed('kubectl describe node node-b', NODE))).to.include({
      kind: 'node-pressure',
      component: 'node-b',
    });
    expect(first(lost)).to.include({ kind: 'lost-node', component: 'api' });
  });

  it('is the effect of its own rules where every node is well', () => {
    expect(first(event("0/2 nodes are available: 2 node(s) didn't match pod anti-affinity rules."))).to.include({
      kind: 'anti-affinity',
    });
  });
});
