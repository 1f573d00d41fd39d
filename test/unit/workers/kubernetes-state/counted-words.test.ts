import { expect } from 'chai';
import { concluded } from './conclude-evidence.ts';

const snapshot = (name: string, body: Record<string, unknown>) => ({
  capability: 'snapshot.json' as const,
  data: { name, body },
});

const verdict = (query: string, messages: string[]): string =>
  concluded('Log anomaly: lines of pods of grain-import with "exception" rose, errors suspected', [
    snapshot('deployments', {
      deployments: [{ name: 'grain-import', namespace: 'mill', desired: 1, ready: 1, available: 1, unavailable: 0 }],
    }),
    snapshot('pods', {
      pods: [
        {
          name: 'grain-import-7d9f8b6c5d-k2xvp',
          namespace: 'mill',
          phase: 'Running',
          containers: [{ name: 'main', ready: true, restart_count: 0, state: { running: true } }],
          conditions: [{ type: 'Ready', status: 'True', reason: '', message: '' }],
        },
      ],
    }),
    snapshot('logs', {
      logs: messages.map((message, at) => ({
        timestamp: `2031-04-02T10:3${at}:00Z`,
        message,
        status: 'info',
        service: 'grain-import',
        host: 'ip-10-0-4-9.compute.internal',
        tags: [],
      })),
    }),
    snapshot('monitors', {
      monitors: [
        { name: 'the word', type: 'log alert', query, message: 'many lines', overall_state: 'Alert', tags: [] },
      ],
    }),
  ]).report.verdict;

const BY_WORD = 'logs("service:grain-import (exception OR failure)").index("*").rollup("count").last("1h") > 100';
const NONE = [0, 1, 2].map(
  (at) => `{"level":"info","msg":"batch ${at} done","rows":12${at},"failures":0,"exception":null,"took_ms":41}`,
);

describe('a monitor that counts the lines with a word of trouble', () => {
  it('speaks of nothing where all these lines say that there was none', () => {
    expect(verdict(BY_WORD, NONE)).to.equal('healthy');
  });

  it('is believed where one line tells of some, where none was read, or where it counts what the program calls an error', () => {
    const some = '{"level":"info","msg":"batch 4 done","rows":120,"failures":7,"exception":null,"took_ms":44}';
    expect(verdict(BY_WORD, [...NONE, some])).to.not.equal('healthy');
    expect(verdict(BY_WORD, ['batch 1 done in 41 ms', 'batch 2 done in 42 ms'])).to.not.equal('healthy');
    expect(verdict('logs("service:grain-import status:error").rollup("count").last("1h") > 9', NONE)).to.not.equal(
      'healthy',
    );
  });
});
