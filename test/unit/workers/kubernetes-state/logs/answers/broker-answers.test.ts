import { expect } from 'chai';
import { queuesIn } from '../../../../../../src/workers/kubernetes-state/logs/answers/rabbit-status.ts';
import { kindIn, toldIn } from './told-by.ts';

describe('what RabbitMQ answers', () => {
  it('is an alarm that blocks publishers, and not the heading of alarms', () => {
    expect(kindIn('Alarms\nFree disk space alarm on node rabbit@mq-2\nMemory\nTotal memory used: 0.2 gb')).to.equal(
      'store-block',
    );
    expect(kindIn(' {alarms,[{{resource_limit,memory,rabbit@mq-2},[]}]},'.replace(' {alarms,[', ''))).to.equal(
      'store-block',
    );
    expect(kindIn('Alarms\n(none)\nMemory\nTotal memory used: 0.2 gb')).to.equal(null);
  });

  it('is a cluster that is split, or misses a node', () => {
    const nodes = (running: string, split: string) =>
      `Disk Nodes\nrabbit@mq-0\nrabbit@mq-1\nRunning Nodes\nrabbit@mq-0\n${running}Versions\nrabbit@mq-0: 3.13\nNetwork Partitions\n${split}\n`;
    expect(kindIn(nodes('rabbit@mq-1\n', '(none)'))).to.equal(null);
    expect(kindIn(nodes('', '(none)'))).to.equal('member-missing');
    expect(toldIn(nodes('', '(none)'))).to.include('rabbit@mq-1');
    expect(kindIn(nodes('rabbit@mq-1\n', 'Node rabbit@mq-0 cannot communicate with rabbit@mq-1'))).to.equal(
      'split-cluster',
    );
  });

  it('is a connection that may not publish', () => {
    const connections = (state: string) => `name\tstate\n10.0.0.4:50112 -> 10.0.0.9:5672\t${state}\n`;
    expect(kindIn(connections('blocked'))).to.equal('blocked-publishers');
    expect(kindIn(connections('running'))).to.equal(null);
  });

  it('is a list of queues in tabs and in frames, without those that nobody has to read', () => {
    const tabs = 'name\tmessages_ready\tconsumers\nmail\t12\t3\nmail.dlq\t900\t0\n';
    const frames =
      '┌──────┬────────────────┬───────────┐\n│ name │ messages_ready │ consumers │\n├──────┼────────────────┼───────────┤\n│ mail │ 12             │ 3         │\n└──────┴────────────────┴───────────┘\n';
    const boxed = frames
      .replace(/[┌┐├┤└┘┬┴┼]/g, '+')
      .replace(/─/g, '-')
      .replace(/│/g, '|');
    for (const text of [tabs, frames, boxed])
      expect(queuesIn(text)).to.deep.equal([{ name: 'mail', ready: 12, consumers: 3 }]);
  });
});

describe('what Kafka answers of its partitions', () => {
  const topic = (leader: string, isr: string, least = 1) =>
    `Topic: rides\tTopicId: x\tPartitionCount: 1\tReplicationFactor: 3\tConfigs: min.insync.replicas=${least},retention.ms=6\n\tTopic: rides\tPartition: 4\tLeader: ${leader}\tReplicas: 1,2,3\tIsr: ${isr}\tElr: N/A\n`;

  it('is that nobody leads one, that too few are in sync, or that one is missing', () => {
    expect(kindIn(topic('none', '3'))).to.equal('no-leader');
    expect(kindIn(topic('1', '1', 2))).to.equal('not-enough-replicas');
    expect(kindIn(topic('1', '1,3', 2))).to.equal('under-replicated');
    expect(toldIn(topic('1', '1,3', 2))).to.match(/^broker 2 is missing: Topic: rides Partition: 4/);
    expect(kindIn(topic('1', '1,3,2', 2))).to.equal(null);
  });

  it('is read as kcat prints it, too', () => {
    expect(kindIn('  partition 0, leader -1, replicas: 1,2, isrs: 2\n')).to.equal('no-leader');
    expect(kindIn('  partition 0, leader 1, replicas: 1,2, isrs: 1,2\n')).to.equal(null);
  });
});
