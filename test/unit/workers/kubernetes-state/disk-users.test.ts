import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const NODES = printed(
  'kubectl describe node pool-b-7',
  `Name:               pool-b-7
Roles:              <none>
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message
  ----             ------  -----------------                 ------------------                ------                       -------
  MemoryPressure   False   Wed, 02 Apr 2031 10:38:00 +0000   Wed, 02 Apr 2031 09:00:00 +0000   KubeletHasSufficientMemory   kubelet has sufficient memory available
  DiskPressure     True    Wed, 02 Apr 2031 10:38:00 +0000   Wed, 02 Apr 2031 10:21:00 +0000   KubeletHasDiskPressure       kubelet has disk pressure
  Ready            True    Wed, 02 Apr 2031 10:38:00 +0000   Wed, 02 Apr 2031 09:00:00 +0000   KubeletReady                 kubelet is posting ready status
`,
);
const PODS = printed(
  'kubectl get pods -n crops -o wide',
  `NAME                         READY   STATUS    RESTARTS   AGE   IP           NODE       NOMINATED NODE   READINESS GATES
seed-api-6f7d9c8b54-x2x7p    0/1     Evicted   0          3h    <none>       pool-b-7   <none>           <none>
mosaic-5d8f7c9b6c-t4k2z      1/1     Running   0          9h    10.8.1.4     pool-b-7   <none>           <none>
drone-feed-7c6b5d4f8d-9wq8r  1/1     Running   0          9h    10.8.1.7     pool-b-7   <none>           <none>
archive-66c8d7f5b9-lm5vt     1/1     Running   0          9h    10.8.2.9     pool-c-2   <none>           <none>
`,
);
const ALERT = 'Pods of seed-api in namespace crops were evicted';
const told = (...recorded: Parameters<typeof concluded>[1]): string => {
  const { report, struck } = concluded(ALERT, [NODES, PODS, ...recorded]);
  expect(struck).to.deep.equal([]);
  expect(report.rootCause.statement).to.include('DiskPressure');
  return report.rootCause.statement;
};

describe('who fills the disk of a node', () => {
  it('is told by sizes of directories, on the node and inside of a pod', () => {
    const node = `2.1G	/var/log/pods/crops_drone-feed-7c6b5d4f8d-9wq8r_0d0c/feed
38G	/var/log/pods/crops_mosaic-5d8f7c9b6c-t4k2z_7aa1/mosaic
41G	/var/log/pods
`;
    expect(told(printed('ssh pool-b-7 sudo du -h -d 2 /var/log/pods', node))).to.include('filled by mosaic');
    expect(
      told(printed('kubectl exec -n crops mosaic-5d8f7c9b6c-t4k2z -- du -s /work', '39845888	/work\n')),
    ).to.include('filled by mosaic');
  });

  it('is told by the kubelet and by the runtime', () => {
    const use = (pod: string, usedBytes: number) => ({
      podRef: { name: pod, namespace: 'crops' },
      'ephemeral-storage': { usedBytes },
    });
    const summary = {
      node: { nodeName: 'pool-b-7', fs: { capacityBytes: 53687091200, availableBytes: 1073741824 } },
      pods: [use('drone-feed-7c6b5d4f8d-9wq8r', 210_000_000), use('mosaic-5d8f7c9b6c-t4k2z', 40_802_189_312)],
    };
    expect(
      told(printed('kubectl get --raw /api/v1/nodes/pool-b-7/proxy/stats/summary', JSON.stringify(summary))),
    ).to.include('mosaic-5d8f7c9b6c-t4k2z takes up 40802189312 bytes');
    const rows = 'drone-feed-7c6b5d4f8d-9wq8r 210000000\nmosaic-5d8f7c9b6c-t4k2z 40802189312\n';
    expect(
      told(printed(`kubectl get --raw /api/v1/nodes/pool-b-7/proxy/stats/summary | jq -r '.pods[]'`, rows)),
    ).to.include('filled by mosaic');
    const sizes = `NAMES                                  SIZE
k8s_feed_drone-feed-7c6b5d4f8d-9wq8r_crops  1.2MB (virtual 410MB)
k8s_mosaic_mosaic-5d8f7c9b6c-t4k2z_crops    37.9GB (virtual 38.4GB)
`;
    expect(told(printed('docker ps --size --format "table {{.Names}}\\t{{.Size}}"', sizes))).to.include(
      'filled by mosaic',
    );
  });

  it('is told by what a program writes about its own files', () => {
    const log = 'WARN tile cache at /var/cache/tiles is not pruned: 38.2 GB in 91022 files\n';
    expect(told(printed('kubectl logs -n crops mosaic-5d8f7c9b6c-t4k2z', log))).to.include('filled by mosaic');
  });

  it('is nobody on another node, nobody with little, and nobody who speaks of other things', () => {
    const log = (pod: string, line: string) => printed(`kubectl logs -n crops ${pod}`, `${line}\n`);
    const mosaic = 'mosaic-5d8f7c9b6c-t4k2z';
    for (const other of [
      log('archive-66c8d7f5b9-lm5vt', 'WARN scratch directory /tmp/a holds 38 GiB'),
      log(mosaic, 'INFO scratch directory /tmp/a holds 412 MiB'),
      log(mosaic, 'INFO uploaded 38 GB from /tmp/a to s3://tiles'),
      log(mosaic, 'INFO started with scratch=/tmp/a scratch_limit=40GiB'),
      log(mosaic, 'INFO rss 12 GiB after pass 3, dir=/tmp/a'),
    ])
      expect(told(other)).to.not.include('filled by');
  });
});
