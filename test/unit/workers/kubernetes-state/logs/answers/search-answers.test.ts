import { expect } from 'chai';
import { kindIn, toldIn } from './told-by.ts';

describe('what a search cluster answers', () => {
  it('is that its indices were shut, in nested and in flat settings', () => {
    const nested = (shut: string) =>
      `{"logs-7":{"settings":{"index":{"blocks":{"read_only_allow_delete":"${shut}"}}}}}`;
    expect(kindIn(nested('true'))).to.equal('store-block');
    expect(kindIn(nested('false'))).to.equal(null);
    expect(kindIn('{\n  "index.blocks.read_only_allow_delete" : "true"\n}'.replace('index.blocks.', ''))).to.equal(
      'store-block',
    );
  });

  it('is the node whose disk is above the last watermark', () => {
    const disks = (percent: number) =>
      `shards disk.indices disk.used disk.avail disk.total disk.percent host ip node\n  12 40gb 42gb 58gb 100gb 42 10.0.0.1 10.0.0.1 os-data-0\n  12 90gb 96gb 4gb 100gb ${percent} 10.0.0.2 10.0.0.2 os-data-1\n   4 UNASSIGNED\n`;
    expect(kindIn(disks(96))).to.equal('disk-watermark');
    expect(toldIn(disks(96)))
      .to.include('os-data-1')
      .and.include('disk.percent 96');
    expect(kindIn(disks(71))).to.equal(null);
  });

  it('is a breaker that is open now, not one that once was', () => {
    const breaker = (estimated: number) =>
      `{ "nodes" : { "a" : { "name" : "os-data-0", "breakers" : { "fielddata" : { "limit_size_in_bytes" : 1000000, "estimated_size_in_bytes" : ${estimated}, "tripped" : 412 } } } } }`;
    expect(kindIn(breaker(998_000))).to.equal('open-breaker');
    expect(kindIn(breaker(120_000))).to.equal(null);
  });

  it('is a heap that is full, and a pool that refuses while its queue is long', () => {
    const nodes = (heap: number) => `name heap.percent ram.percent cpu\nos-data-0 ${heap} 99 71\n`;
    expect(kindIn(nodes(97))).to.equal('full-heap');
    expect(kindIn(nodes(74))).to.equal(null);
    const pool = (queue: number) => `node_name name active queue rejected\nos-data-0 write 8 ${queue} 4120\n`;
    expect(kindIn(pool(10_000))).to.equal('refusing-pool');
    expect(kindIn(pool(0))).to.equal(null);
  });

  it('is a shard without a node, and why', () => {
    const shards = 'index shard prirep state docs store node\nlogs-7 0 p STARTED 9 1gb os-data-0\n';
    expect(kindIn(shards)).to.equal(null);
    expect(kindIn(`${shards}logs-7 0 r UNASSIGNED\nlogs-8 1 p UNASSIGNED ALLOCATION_FAILED\n`)).to.equal(
      'shards-unassigned',
    );
    expect(toldIn(`${shards}logs-7 0 r UNASSIGNED\nlogs-8 1 p UNASSIGNED ALLOCATION_FAILED\n`)).to.match(/^logs-8 1 p/);
    const explained = `{ "index" : "logs-8", "shard" : 1, "primary" : true, "current_state" : "unassigned", "node_allocation_decisions" : [ { "deciders" : [ { "decider" : "same_shard", "decision" : "NO", "explanation" : "a copy is there" }, { "decider" : "filter", "decision" : "NO", "explanation" : "node does not match index setting" } ] } ] }`;
    expect(toldIn(explained)).to.equal('index logs-8, shard 1; filter: node does not match index setting');
  });

  it('is that copies are missing where there is a place for them', () => {
    const health = (status: string, nodes: number, missing: number) =>
      `{"cluster_name":"os","status":"${status}","number_of_data_nodes":${nodes},"unassigned_shards":${missing}}`;
    expect(kindIn(health('yellow', 3, 4))).to.equal('shards-unassigned');
    expect(kindIn(health('yellow', 1, 4))).to.equal(null);
    expect(kindIn(health('green', 3, 0))).to.equal(null);
  });
});
