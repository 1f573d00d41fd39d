import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const asked = (path: string, answer: string) =>
  printed(`kubectl exec -n obs traces-os-0 -- curl -s localhost:9200/${path}`, answer);
const verdict = (...recorded: ReturnType<typeof asked>[]): string =>
  concluded(makeAlert({ title: 'JVM heap of traces-os above 60%', service: 'traces-os' }), recorded, 'database').report
    .verdict;

const nodes = (heap: number) =>
  asked('_cat/nodes?v', `heap.percent cpu name\n${heap} 11 traces-os-0\n41 9 traces-os-1\n`);
const health = (status: string) =>
  asked(
    '_cluster/health',
    `{"cluster_name":"traces","status":"${status}","number_of_data_nodes":2,"unassigned_shards":0}`,
  );

describe('heaps of a search cluster', () => {
  it('are well below the level at which their collector works hard, while nothing is refused', () => {
    expect(verdict(nodes(67), health('green'))).to.equal('healthy');
    expect(verdict(nodes(86), health('green'))).not.to.equal('healthy');
    expect(verdict(nodes(67), health('red'))).not.to.equal('healthy');
    const refused = asked('_cat/thread_pool?v', 'node_name name active queue rejected\ntraces-os-0 write 8 1000 812\n');
    expect(verdict(nodes(67), health('green'), refused)).not.to.equal('healthy');
  });
});
