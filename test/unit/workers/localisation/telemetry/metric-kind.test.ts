import { expect } from 'chai';
import { kindsNamedIn, metricKind } from '../../../../../src/workers/localisation/telemetry/metric-kind.ts';

describe('the kind of a metric', () => {
  const KINDS: [string, string][] = [
    ['container_cpu_usage_seconds_total', 'cpu'],
    ['CpuUsageRate(%)', 'cpu'],
    ['process_resident_memory_bytes', 'memory'],
    ['jvm.heap.used', 'memory'],
    ['NodeCpuUsageRate(%)', 'host'],
    ['node_memory_Active_bytes', 'host'],
    ['http_server_request_duration_seconds', 'latency'],
    ['ServerLatencyP95(s)', 'latency'],
    ['PodClientLatencyP90(s)', 'client'],
    ['availability', 'successes'],
    ['http_request_errors_total', 'failures'],
    ['http_requests_total', 'traffic'],
    ['hikaricp_connections_active', 'saturation'],
    ['TheUnknown', 'other'],
    ['', 'other'],
  ];
  for (const [name, kind] of KINDS) {
    it(`of "${name}" is ${kind}`, () => {
      expect(metricKind(name)).to.equal(kind);
    });
  }

  it('is found in what an alert says', () => {
    expect(kindsNamedIn('High latency in checkout')).to.deep.equal(['latency']);
    expect(kindsNamedIn('Pod is down')).to.deep.equal([]);
  });
});
