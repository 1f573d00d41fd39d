import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../../../src/shared/store/store.ts';
import { createSlackPace } from '../../../src/workers/slack-pace.ts';
import {
  SAMPLE_CHART,
  SAMPLE_FINDING,
  SAMPLE_REPORT,
  SAMPLE_USAGE,
  sampleAlert,
  sampleEvidence,
} from './sample-incident.ts';

/** Does one thing with the store under a name that people read; whoever gives it may measure it. */
export type Step = <T>(what: string, work: () => Promise<T>) => Promise<T>;

const ALERTS_PER_COMMIT = 20;
/** As many as the smallest history has of a reason: a page that is not full would be cheaper there. */
const DEAD_LETTERS = 5;
const WORKER = 'bench-worker';
/** Smaller than that of the processes, as are the histories that this is used on: of a small table a large part is read at once. */
const BATCH = 100;

/**
 * Uses every method of the store once or more, as the processes of a fleet do: one incident from its alert to its answer, the
 * rounds that producers and workers make by themselves, and what people ask the API for. Leaves a few incidents behind.
 */
export async function useStore(store: Store, step: Step): Promise<void> {
  const incidentId = await receive(store, step);
  await enqueue(store, step, incidentId);
  await investigate(store, step, incidentId);
  await post(store, step, incidentId);
  await makeRounds(store, step);
  await askApi(store, step, incidentId);
  await handleDeadLetters(store, step);
  await keepHouse(store, step);
}

/** An incident that got its answer, for copies to be made of. */
export async function answerSample(store: Store): Promise<string> {
  const step: Step = (_, work) => work();
  const incidentId = await receive(store, step);
  await enqueue(store, step, incidentId);
  await investigate(store, step, incidentId);
  await post(store, step, incidentId);
  return incidentId;
}

async function receive({ intake }: Store, step: Step): Promise<string> {
  const fresh = Array.from({ length: ALERTS_PER_COMMIT }, () => sampleAlert());
  const [first] = await step(`intake: ${ALERTS_PER_COMMIT} new alerts in one commit`, () => intake.storeAlerts(fresh));
  await step('intake: one new alert', () => intake.storeAlerts([sampleAlert()]));
  const { fingerprint } = fresh[0]!.alert;
  await step('intake: an alert that joins', () => intake.storeAlerts([sampleAlert({ fingerprint })]));
  await step('intake: the same delivery again', () => intake.storeAlerts(fresh.slice(0, 1)));
  const other = { fingerprint: fresh[1]!.alert.fingerprint, status: 'resolved' as const };
  await step('intake: a resolution', () => intake.storeAlerts([sampleAlert(other)]));
  await intake.storeAlerts([sampleAlert({}, { holdSeconds: 0.001 })]);
  return first!.incidentId;
}

async function enqueue({ incidents }: Store, step: Step, id: string): Promise<void> {
  await step('enqueue: what waits for room', () => incidents.waiting('database', 0, BATCH));
  await step('enqueue: mark queued', () => incidents.markQueued([id]));
}

async function investigate({ incidents, investigations, budgets }: Store, step: Step, id: string): Promise<void> {
  const claim = await step('investigate: claim', () => investigations.claim(id, 1, WORKER));
  if (claim.outcome !== 'claimed') throw new Error(`the incident of the bench is ${claim.outcome}`);
  const { lease } = claim;
  await step('investigate: read the incident', () => incidents.find(id));
  await step('investigate: read its alerts', () => incidents.alerts(id));
  await step('investigate: read the run', () => investigations.find(id, 1));
  await step('investigate: how far a dead worker has come', () => investigations.reached(id, 1));
  await step('investigate: read its evidence', () => investigations.evidence(id, 1));
  await step('investigate: renew the lease', () => investigations.renew(lease));
  await step('investigate: save progress', () =>
    investigations.saveProgress(lease, [
      { stage: 'investigate', what: 'gathering evidence', status: 'done', outcome: null, at: new Date().toISOString() },
    ]),
  );
  const evidence = [1, 2].map((number) => ({ stepKey: `step-${number}`, evidence: sampleEvidence(number) }));
  await step('investigate: save evidence', () => investigations.saveEvidence(lease, evidence));
  await step('investigate: save findings', () => investigations.saveFindings(lease, [SAMPLE_FINDING], []));
  await step('investigate: ask the budget', () => budgets.admit(id, 1, 'high'));
  await step('investigate: settle the budget', () => budgets.settle(id, 1, SAMPLE_USAGE));
  await budgets.giveBack(id, 2);
  await step('investigate: save the usage', () => investigations.saveUsage(lease, SAMPLE_USAGE));
  await step('investigate: note a decision', () =>
    investigations.noteDecision(lease, 'detectors_only', 'the bench says so'),
  );
  await step('investigate: save an error', () => investigations.saveError(lease, 'an error of the bench'));
  await step('investigate: save the report', () =>
    investigations.saveReport(lease, SAMPLE_REPORT, SAMPLE_USAGE, [SAMPLE_CHART]),
  );
  await step('investigate: release the lease', () => investigations.release(lease));
}

async function post({ incidents, deliveries, charts, paces }: Store, step: Step, id: string): Promise<void> {
  const revision = await step('post: want the reply', () => deliveries.want(id, 1));
  const claim = await step('post: claim', () => deliveries.claim(id, 1));
  if (claim.outcome !== 'claimed') throw new Error(`the delivery of the bench is ${claim.outcome}`);
  const { lease } = claim;
  await step('post: read the run', () => incidents.currentRun(id, 1));
  await step('post: read the crowd', () => incidents.crowd(id, 1));
  await step('post: read the deliveries', () => deliveries.list(id));
  const target = { channel: `C${id.slice(0, 8)}`, threadTs: '1700000000.000001' };
  await step('post: open a part', () => deliveries.open(lease, 'reply', target));
  const pace = createSlackPace(paces, { postsPerMinute: 60, workspacePerMinute: 10_000_000 });
  await step('post: take the pace', () => pace.take(target.channel));
  await pace.hold(target.channel, 1);
  await step('post: mark sending', () => deliveries.markSending(lease, 'reply'));
  await deliveries.markNotSent(lease, 'reply', 'not sent');
  await deliveries.forget(lease, 'reply');
  await step('post: renew the lease', () => deliveries.renew(lease));
  await step('post: mark sent', () =>
    deliveries.markSent(lease, 'reply', { channel: target.channel, messageTs: '1700000000.000002', shown: revision }),
  );
  await step('post: read the charts', () => charts.list(id, 1));
  await charts.saveDrawn(id, 1, 1, Buffer.from('png'));
  await charts.saveFailure(id, 1, 1, 'drawn already');
  await deliveries.open(lease, 'chart-1', target);
  await deliveries.giveUp(lease, 'chart-1', 'the bench posts no charts');
  await step('post: give up what is behind', () => deliveries.fail(lease, 'nothing is'));
  await step('post: release when shown', () => deliveries.releaseWhenShown(lease));
  await deliveries.release(lease);
}

async function makeRounds({ incidents, deliveries, budgets, mcpStatuses }: Store, step: Step): Promise<void> {
  const stale = await step('reconciler: stale investigations', () => incidents.stale(10, BATCH));
  await step('rounds: incidents without an agent', () => incidents.orphans(['network', 'database'], 600, BATCH));
  await incidents.reroute('00000000-0000-4000-8000-000000000000', 'gone', 'network', 'nobody');
  await step('reconciler: touch', () => incidents.touch(stale.slice(0, 10).map((item) => item.incidentId)));
  await step('reconciler: deliveries that are behind', () => deliveries.due(10, BATCH));
  await step('reconciler: newest dead letters', () => incidents.deadLetters(DEAD_LETTERS));
  await sleep(2);
  await step('every second: held incidents that are due', () => incidents.takeUpDue(BATCH));
  await step('every second: threads with news', () => incidents.takeNews(0, BATCH));
  await step('every second: redrives that are due', () => incidents.dueRedrives(50));
  await step('every 15 s: reasons to redrive for', () => incidents.selfRedrivable(3));
  await step('every 15 s: has the LLM answered lately', () => incidents.answeredLately('llm'));
  await step('every 15 s: has evidence come lately', () => incidents.answeredLately('evidence'));
  await step('every 15 s: forget groups', () => incidents.pruneGroups());
  await step('every 15 s: forget spending', () => budgets.prune());
  await budgets.publish(BUDGET_RULES);
  const startedAt = new Date().toISOString();
  await mcpStatuses.publish({ process: WORKER, role: 'worker', startedAt, servers: [] });
  await mcpStatuses.list(60);
  await mcpStatuses.remove(WORKER);
  await step('metrics: oldest open incident', () => incidents.oldestOpenSeconds());
}

const BUDGET_RULES = {
  windowSeconds: 3_600,
  investigations: 1_000_000,
  tokens: null,
  costUsd: null,
  reserve: { critical: 0, high: 0, medium: 0, low: 0, info: 0 },
  estimate: { tokens: 10_000, costUsd: 0.1 },
};

async function askApi({ incidents, investigations, deliveries, charts }: Store, step: Step, id: string) {
  const page = await step('API: newest incidents', () => incidents.list({ limit: 50 }));
  await step('API: the next page', () => incidents.list({ limit: 50, cursor: page.nextCursor ?? undefined }));
  const deep = Buffer.from(`${new Date(Date.now() - 60 * 86_400_000).toISOString()}|${id}`).toString('base64url');
  await step('API: a page of two months ago', () => incidents.list({ limit: 50, cursor: deep }));
  await step('API: incidents of a service', () => incidents.list({ limit: 50, service: 'service-7' }));
  await step('API: dead ones of a service', () => incidents.list({ limit: 9, service: 'service-9', state: 'dead' }));
  for (const state of ['received', 'investigating', 'posted', 'suppressed', 'dead'])
    await step(`API: ${state} incidents`, () => incidents.list({ limit: 50, state }));
  await step('API: one incident', () => incidents.find(id));
  await step('API: its investigations', () => investigations.list(id));
  await step('API: its deliveries', () => deliveries.list(id));
  await step('API: a chart', () => charts.png(id, 1, 1));
  await step('API: investigate anyway', () => incidents.investigateAnyway(id));
}

async function handleDeadLetters({ incidents, intake }: Store, step: Step): Promise<void> {
  const [opened] = await intake.storeAlerts([sampleAlert()]);
  await step('dead letters: die', () => incidents.die(opened!.incidentId, 1, 'poison', 'the bench says so'));
  await step('dead letters: the newest', () => incidents.deadLetters(DEAD_LETTERS));
  for (const reason of ['llm_unavailable', 'budget'] as const)
    await step(`dead letters: of ${reason}`, () => incidents.deadLetters(DEAD_LETTERS, { reason }));
  await step('dead letters: redrive one', () => incidents.redrive(opened!.incidentId));
  const since = new Date(Date.now() - 1_000).toISOString();
  await step('dead letters: plan redrives', () => incidents.planRedrives({ since, reason: 'budget' }, 30));
  await step('dead letters: plan redrives by itself', () =>
    incidents.planRedrives({ reason: 'budget' }, 30, { most: 3 }),
  );
}

async function keepHouse({ incidents }: Store, step: Step): Promise<void> {
  await step('retention: delete one that is old', () => incidents.prune(90, 1, 365));
  await step('retention: nothing is old enough', () => incidents.prune(400, BATCH, 400));
}
