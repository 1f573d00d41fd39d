import type { Action, Finding } from '../../shared/report.ts';
import { diagnoseDatabase } from '../database-state/diagnose-database.ts';
import type { Story } from '../database-state/story.ts';
import { workloadCause } from '../database-state/workload-causes.ts';
import type { Detector, DetectorInput } from './detector.ts';
import { shellCommand } from './support/shell.ts';

const MOST = 5;

/**
 * Finds what a database server suffers from, by its metrics, its load by statement and wait, its events and its workload, as
 * clouds and host exporters tell them: the cause first, its effects below it.
 */
export const databaseState: Detector = (input) => {
  const { state, context, stories } = diagnoseDatabase(input);
  const workload = workloadCause(state);
  const own = workload ? [finding(input, workload.text, workload.confidence, workload.evidence, context.server)] : [];
  return [...own, ...stories.slice(0, MOST).map((story) => toFinding(input, story, context.server))];
};

function toFinding(
  input: DetectorInput,
  { text, score, evidence, actions, server: own, class: kind }: Story,
  server: string,
): Finding {
  const told = finding(input, text, score, evidence, own ?? server);
  return { ...told, ...(actions.length > 0 ? { actions } : {}), ...(kind ? { class: kind } : {}) };
}

function finding(_: DetectorInput, statement: string, confidence: number, evidence: number[], server: string): Finding {
  return {
    detector: 'database-state',
    class: 'database',
    statement,
    component: server || null,
    confidence: Number(confidence.toFixed(2)),
    cause: confidence >= 0.5,
    evidence: [...new Set(evidence)].sort((left, right) => left - right),
    timeline: [],
    actions: actionsFor(server),
    prevention: ['Alert on connections, free storage, replication lag and load by wait before users notice.'],
    metrics: [],
  };
}

function actionsFor(server: string): Action[] {
  const events = /^[a-zA-Z][\w-]{0,62}$/.test(server)
    ? shellCommand(
        'aws',
        'rds',
        'describe-events',
        '--source-type',
        'db-instance',
        '--source-identifier',
        server,
        '--duration',
        '180',
      )
    : null;
  return [
    ...(events ? [{ title: 'See the events of the server', command: events, risk: null }] : []),
    {
      title: 'See what runs, and what waits for what',
      command: shellCommand(
        'psql',
        '-c',
        'select pid, state, wait_event_type, wait_event, left(query, 80) from pg_stat_activity order by query_start',
      ),
      risk: null,
    },
  ];
}
