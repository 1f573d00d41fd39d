import { expect } from 'chai';
import { kindOfMetric } from '../../../../src/workers/localisation/anomaly-kinds.ts';

describe('kinds of metric anomalies', () => {
  const CASES: [string, 'up' | 'down', string | null][] = [
    ['container_cpu_usage_seconds_total', 'up', 'more cpu'],
    ['process.cpu.utilization', 'down', 'less cpu'],
    ['memWorkingSet', 'up', 'more memory'],
    ['jvm_heap_used', 'up', 'more memory'],
    ['network_receive_bytes', 'down', 'receives less'],
    ['container_network_transmit_bytes_total', 'down', 'sends less'],
    ['http_server_duration_p99', 'up', 'serves slower'],
    ['source_latency_p50', 'up', 'waits longer'],
    ['inbound_success_rate', 'down', 'serves failures'],
    ['http_error_rate', 'up', 'serves failures'],
    ['outbound_error_rate', 'up', 'its calls fail'],
    ['requests_per_second', 'down', 'serves fewer'],
    ['source_requests_qps', 'down', 'calls fewer'],
    ['goroutines', 'up', 'more threads'],
    ['node_memory_active', 'up', null],
    ['something_else', 'up', 'other metric'],
  ];

  for (const [name, direction, kind] of CASES) {
    it(`reads "${name}" ${direction} as ${kind ?? 'nothing of the instance'}`, () => {
      expect(kindOfMetric(name, direction)).to.equal(kind);
    });
  }
});
