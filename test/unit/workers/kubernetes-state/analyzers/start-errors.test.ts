import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                     READY   STATUS              RESTARTS   AGE\nmenu-7f6d9c8b5d-zz2xq    0/1     ContainerCreating   0          14m\n';
const event = (message: string): string =>
  `LAST SEEN   TYPE      REASON                   OBJECT                      MESSAGE\n30s         Warning   FailedCreatePodSandBox   pod/menu-7f6d9c8b5d-zz2xq   Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "3c9e": ${message}\n`;

const says = (message: string, log?: string): string =>
  concluded('Pods of menu in namespace diner do not start', [
    printed('kubectl get pods -n diner', PODS),
    printed('kubectl get events -n diner', event(message)),
    ...(log ? [printed('kubectl logs -n kube-system aws-node-4xk2p', `${log}\n`)] : []),
  ]).report.rootCause.statement;

describe('pods for which the network has no address left', () => {
  it('are told so, in the words of several network plugins', () => {
    for (const message of [
      'plugin type="host-local" failed (add): failed to allocate for range 0: no IP addresses available in range set: 10.42.1.1-10.42.1.254',
      'plugin type="calico" failed (add): error adding host-side routes: no more free IP addresses left in IPPool',
      'plugin type="azure-vnet" failed (add): no available IPs in pool',
    ])
      expect(says(message), message).to.include('IP addresses of its node or subnet are used up');
  });

  it('and the subnet is named where a log of the cloud tells that it is full', () => {
    const full = says(
      'plugin type="aws-cni" name="aws-cni" failed (add): add cmd: failed to assign an IP address to container',
      '{"level":"error","msg":"CreateNetworkInterface: InsufficientFreeAddressesInSubnet: subnet-0a1 has no addresses"}',
    );
    expect(full).to.include('The subnet has no free IP addresses left').and.to.include('subnet-0a1');
  });

  it('are told nothing of addresses where the plugin fails for another reason', () => {
    expect(says('plugin type="cilium-cni" failed (add): unable to connect to the agent socket')).to.not.include(
      'used up',
    );
  });
});

describe('volumes that came late', () => {
  const pod = (started: string): string =>
    `Name:             menu-29607985-7pzrk\nNamespace:        diner\nStatus:           ${started ? 'Failed' : 'Pending'}\nContainers:\n  import:\n    Image:          registry.example/menu:3\n    State:          ${started ? 'Terminated' : 'Waiting'}\n      Reason:       ${started ? 'Error' : 'ContainerCreating'}\n${started}    Ready:          False\n    Restart Count:  0\nEvents:\n  Type     Reason       Age   From     Message\n  ----     ------       ----  ----     -------\n  Warning  FailedMount  51m   kubelet  MountVolume.SetUp failed for volume "mapping" : failed to sync configmap cache: timed out waiting for the condition\n`;
  const ran =
    '      Exit Code:    1\n      Started:      Wed, 02 Apr 2031 09:40:09 +0000\n      Finished:     Wed, 02 Apr 2031 09:40:31 +0000\n';
  const told = (started: string): string =>
    concluded('Why does menu in namespace diner fail?', [
      printed('kubectl describe pod menu-29607985-7pzrk -n diner', pod(started)),
      printed(
        'kubectl logs menu-29607985-7pzrk -n diner',
        'psycopg.errors.InsufficientPrivilege: permission denied for table dishes\n',
      ),
    ]).report.rootCause.statement;

  it('are no cause of what the container did once it ran', () => {
    expect(told(ran)).to.include('lacks a right').and.not.include('cannot mount');
    expect(told('')).to.include('cannot mount its volumes');
  });
});
