import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Request, RequestHandler, Response } from 'express';
import type { Alert, Classification, ParsedBody } from '../shared/alert.ts';
import type { GroupCommit } from '../shared/group-commit.ts';
import { HttpProblem, toProblem } from '../shared/http/problem.ts';
import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import type { ClassifiedAlert, IntakeDecision } from '../shared/store/intake-store.ts';
import type { TraceCarrier } from '../shared/tracing/trace-carrier.ts';
import { currentCarrier, type FleetSpan } from '../shared/tracing/tracing.ts';
import type { Enqueue } from './enqueue-investigation.ts';
import type { IntakePlanner } from './intake-policies/plan-intake.ts';
import { maskAlert } from './mask-alert.ts';
import { readJsonBody } from './read-body.ts';
import { decidedAttributes, inClassifySpan, inReceiveSpan, inStoreSpan } from './receive-spans.ts';
import { findSource, SOURCE_NAMES } from './sources/index.ts';
import type { OwnSlack, Source } from './sources/source.ts';
import type { VerifySender } from './verify-sender.ts';

/** Alerts in one body at most; Alertmanager groups stay far below. */
const MAX_ALERTS_PER_BODY = 1_000;

const CLASSIFY_SLICE = 100;

export type ReceiveDeps = {
  verifySender: VerifySender;
  classify: (alert: Alert) => Classification;
  plan: IntakePlanner;
  commit: GroupCommit<ClassifiedAlert, IntakeDecision>;
  enqueue: Enqueue;
  ownSlack: () => OwnSlack | null;
  logger: Logger;
  metrics: Metrics;
};

/** The receive stage, `POST /alerts/:source`: verify the sender, parse, mask, classify, write down, answer 202, queue. */
export function receiveAlert(deps: ReceiveDeps): RequestHandler {
  return async (request, response) => {
    const stop = deps.metrics.stageTimer('receive');
    const name = String(request.params.source);
    try {
      const source = knownSource(name);
      deps.verifySender(source, request);
      await inReceiveSpan(request, response, name, async (span) => {
        const parsed = source.parse(readJsonBody(request), parseContext(request, deps.ownSlack()));
        await answer(deps, response, name, parsed, span);
      });
      stop('ok');
    } catch (error) {
      stop('refused');
      const source = findSource(name) ? name : 'unknown';
      deps.metrics.refused.inc({ source, status: String(toProblem(error).status) });
      throw error;
    }
  };
}

async function answer(
  deps: ReceiveDeps,
  response: Response,
  source: string,
  parsed: ParsedBody,
  span: FleetSpan,
): Promise<void> {
  if (parsed.challenge !== undefined) {
    response.status(200).type('text/plain').send(parsed.challenge);
    return;
  }
  const decisions = await storeAlerts(deps, parsed.alerts);
  span.set(decidedAttributes(decisions));
  const alerts = decisions.map(({ id, incidentId, decision, reason }) => ({ id, incidentId, decision, reason }));
  for (const { id, incidentId, decision, reason } of decisions) {
    deps.metrics.alerts.inc({ source, decision });
    deps.logger.debug('an alert is written down', {
      stage: 'receive',
      source,
      alert: id,
      incident: incidentId,
      decision,
      reason,
    });
  }
  response.status(202).json({ alerts, ignored: parsed.ignored });
}

async function storeAlerts(deps: ReceiveDeps, alerts: Alert[]): Promise<IntakeDecision[]> {
  if (alerts.length > MAX_ALERTS_PER_BODY) {
    const detail = `the body holds ${alerts.length} alerts, at most ${MAX_ALERTS_PER_BODY} are taken at once: send them in parts`;
    throw new HttpProblem(413, 'Too many alerts', detail);
  }
  const trace = currentCarrier();
  const classified = await inClassifySpan(alerts.length, () => classifyAll(deps, alerts, trace));
  const decisions = await inStoreSpan(alerts.length, () => deps.commit.submit(classified));
  deps.enqueue.later(
    decisions.flatMap((decision, index) => {
      const { classification, plan } = classified[index]!;
      const { agent, priority } = classification;
      const turnAt = plan && Date.now() + plan.turnSeconds * 1_000;
      const { incidentId, opened, takenUp } = decision;
      if (takenUp) return [{ incidentId, ...takenUp, turnAt }];
      return opened ? [{ incidentId, run: 1, agent, priority, turnAt, trace }] : [];
    }),
  );
  return decisions;
}

/** A thousand alerts take some 90 ms to classify: in slices, so that other requests are not held up. */
async function classifyAll(deps: ReceiveDeps, alerts: Alert[], trace: TraceCarrier | null): Promise<ClassifiedAlert[]> {
  const { metrics } = deps;
  const now = new Date();
  const stop = metrics.stageTimer('classify');
  const classified: ClassifiedAlert[] = [];
  for (const [index, alert] of alerts.entries()) {
    if (index > 0 && index % CLASSIFY_SLICE === 0) await nextTurn();
    classified.push({ ...classifyOne(deps, alert, now), trace });
  }
  stop('ok');
  return classified;
}

function classifyOne({ classify, plan: planIntake }: ReceiveDeps, received: Alert, now: Date): ClassifiedAlert {
  const alert = maskAlert(received);
  const chosen = classify(alert);
  const plan = planIntake(alert, chosen.severity, now);
  const { rules, holdSeconds, coalesce } = plan;
  const intake = { rules, holdSeconds, sharedBy: coalesce?.keys ?? [] };
  return {
    alertId: randomUUID(),
    incidentId: randomUUID(),
    alert,
    classification: { ...chosen, intake },
    plan,
  };
}

function knownSource(name: string): Source {
  const source = findSource(name);
  if (source) return source;
  throw new HttpProblem(404, 'Unknown source', `there is no such source; the sources are ${SOURCE_NAMES.join(', ')}`);
}

function parseContext(request: Request, ownSlack: OwnSlack | null) {
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([key, value]) => [key, Array.isArray(value) ? value.join(', ') : value]),
  );
  return { receivedAt: new Date(), headers, ownSlack };
}
