import { expect } from 'chai';
import { groupsOfResource } from '../../../../src/workers/kubernetes-state/api-groups.ts';

describe('the API groups of a resource', () => {
  for (const [resource, groups] of [
    ['pods', ['']],
    ['pods/log', ['']],
    ['deployments/scale', ['apps']],
    ['events', ['', 'events.k8s.io']],
    ['endpointslices', ['discovery.k8s.io']],
  ] as const)
    it(`${resource}: ${groups.map((group) => group || 'core').join(', ')}`, () => {
      expect(groupsOfResource(resource)).to.deep.equal(groups);
    });

  for (const resource of ['prometheusrules', 'Pods', 'pods/logs', 'constructor', ''])
    it(`are not known of ${JSON.stringify(resource)}`, () => expect(groupsOfResource(resource)).to.equal(null));
});
