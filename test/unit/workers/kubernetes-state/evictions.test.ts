import { expect } from 'chai';
import { concluded } from './conclude-evidence.ts';

const WHY =
  'The node was low on resource: ephemeral-storage. Threshold quantity: 2139512454, available: 1730880Ki. Container sidecar was using 40Ki, request is 0, has larger consumption of memory. Container thumbs was using 9120Mi, request is 0, has larger consumption of ephemeral-storage. ';

describe('an eviction', () => {
  it('names the container that the kubelet says used the resource, however far behind it stands', () => {
    const { report, struck } = concluded('Pods of gallery were evicted', [
      {
        capability: 'snapshot.json',
        data: {
          name: 'pods',
          body: {
            pods: [
              { name: 'gallery-6f7d9c8b54-x2x7p', namespace: 'web', phase: 'Failed', reason: 'Evicted', message: WHY },
            ],
          },
        },
      },
    ]);
    expect(struck).to.deep.equal([]);
    expect(report.rootCause.statement).to.include('container thumbs was using 9120Mi of ephemeral-storage');
  });

  it('is told although others of its pods, of which nothing else is known, stand before it', () => {
    const pod = (name: string, more: Record<string, unknown>) => ({ name, namespace: 'web', phase: 'Failed', ...more });
    const { report } = concluded('Deployment gallery in namespace web has too few pods', [
      {
        capability: 'snapshot.json',
        data: {
          name: 'pods',
          body: {
            pods: [
              pod('gallery-6f7d9c8b54-aaaaa', { reason: 'Error' }),
              pod('gallery-6f7d9c8b54-x2x7p', { reason: 'Evicted', message: WHY }),
            ],
          },
        },
      },
    ]);
    expect(report.rootCause.statement).to.include('ephemeral-storage');
  });
});
