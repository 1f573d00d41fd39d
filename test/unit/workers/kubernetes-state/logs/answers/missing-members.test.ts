import { expect } from 'chai';
import { kindIn, toldIn } from './told-by.ts';

describe('clusters that lack members', () => {
  it('are search clusters that are red as a whole or by an index', () => {
    const health = (status: string) =>
      `epoch timestamp cluster status node.total shards pri relo init unassign\n1931 10:14:12 traces ${status} 4 90 45 0 0 6\n`;
    expect(kindIn(health('red'))).to.equal('cluster-unhealthy');
    expect(toldIn(health('red'))).to.include('unassign 6');
    expect(kindIn(health('green'))).to.equal(null);
    const indices = (state: string) =>
      `health status index   uuid pri rep docs.count\ngreen  open   spans-1 aaaa 1   1   8122\n${state} open   spans-2 bbbb 1   1   9\n`;
    expect(kindIn(indices('red   '))).to.equal('cluster-unhealthy');
    expect(toldIn(indices('red   '))).to.equal('red open spans-2');
    expect(kindIn(indices('yellow'))).to.equal(null);
  });

  it('are brokers with a queue without its quorum', () => {
    const queues = (state: string) => `name\ttype\tstate\tmessages\nbookings\tquorum\t${state}\t4\n`;
    expect(kindIn(queues('minority'))).to.equal('member-missing');
    expect(kindIn(queues('running'))).to.equal(null);
    // Services and containers are stopped, too.
    expect(kindIn('NAME\tSTATE\nreport\tstopped\n')).to.equal(null);
  });

  it('are rings whose members do not reach each other or differ in their schema', () => {
    const one = '2207c2a9-f598-3971-986b-2926e09e239d: [10.0.0.7, 10.0.0.9]';
    const two = '9907c2a9-f598-3971-986b-2926e09e239d: [10.0.0.8]';
    const described = (...lines: string[]) => `\tSchema versions:\n${lines.map((line) => `\t\t${line}\n`).join('\n')}`;
    expect(kindIn(described(one))).to.equal(null);
    expect(kindIn(described(one, two))).to.equal('member-missing');
    expect(toldIn(described(one, 'UNREACHABLE: [10.0.0.8]'))).to.equal('UNREACHABLE: [10.0.0.8]');
  });

  it('are key stores with a member that does not answer, a primary that is down, or a node that is not live', () => {
    expect(kindIn('https://10.0.0.9:2379 is unhealthy: failed to commit proposal: context deadline exceeded')).to.equal(
      'member-missing',
    );
    expect(kindIn('https://10.0.0.9:2379 is healthy: successfully committed proposal: took = 9ms')).to.equal(null);
    expect(kindIn(' 9) "flags"\n10) "master,o_down,s_down"\n')).to.equal('no-primary');
    expect(kindIn(' 9) "flags"\n10) "master"\n')).to.equal(null);
    const nodes = (live: boolean) =>
      ` id | address | is_available | is_live\n----+---------+--------------+---------\n 3 | crdb-2:26257 | ${live} | ${live}\n`;
    expect(kindIn(nodes(false))).to.equal('member-missing');
    expect(kindIn(nodes(true))).to.equal(null);
  });

  it('or clients: a memcached all of whose connections are taken', () => {
    const stats = (taken: number) =>
      `STAT max_connections 2048\nSTAT curr_connections ${taken}\nSTAT listen_disabled_num 7\nEND\n`;
    expect(kindIn(stats(2048))).to.equal('store-connections-full');
    expect(kindIn(stats(140))).to.equal(null);
  });
});
