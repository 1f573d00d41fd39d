import { z } from 'zod';
import { ALERT_CLASSES, SEVERITIES } from '../../shared/alert.ts';
import { CHART_KINDS } from '../../shared/chart.ts';
import { DEAD_REASONS, DECISIONS, INCIDENT_STATES, STAGES } from '../../shared/incident.ts';
import { reportSchema, VERDICTS } from '../../shared/report.ts';

/*
 * What the HTTP interface answers, field by field. A test holds the answers of a running fleet against these shapes, fields that are
 * missing here included, so that the published description cannot fall behind.
 */

const time = z.string().describe('ISO 8601 in UTC');
const timeOrNull = z.string().nullable().describe('ISO 8601 in UTC');
const wholeNumber = z.number().int();
const agentClass = z.enum(ALERT_CLASSES);
const severity = z.enum(SEVERITIES);
/** Null where no traces are made. */
const traceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .nullable();
const texts = z.record(z.string(), z.string());

/** What every refusal is. */
export const problem = z
  .strictObject({ type: z.string(), title: z.string(), status: wholeNumber, detail: z.string() })
  .describe('RFC 9457; `detail` says what to do');

/** `POST /alerts/:source`: what became of each alert of the body. */
export const accepted = z.strictObject({
  alerts: z.array(
    z.strictObject({ id: z.string(), incidentId: z.string(), decision: z.enum(DECISIONS), reason: z.string() }),
  ),
  ignored: z.array(z.strictObject({ reason: z.string() })).describe('what of the body was not taken up as an alert'),
});

const thread = z.strictObject({
  channel: z.string().nullable(),
  threadTs: z.string().nullable(),
  messageTs: z.string().nullable().describe('of our own reply'),
});

const incidentHead = {
  id: z.string(),
  state: z.enum(INCIDENT_STATES),
  reason: z.string().nullable().describe('why it is in this state'),
  agent: z.string(),
  class: agentClass,
  severity,
  service: z.string().nullable(),
  title: z.string(),
  alertCount: wholeNumber,
  verdict: z.enum(VERDICTS).nullable(),
  conclusion: z.string().nullable(),
  slack: thread,
  createdAt: time,
  finishedAt: timeOrNull,
};

const incidentItem = z.strictObject(incidentHead);

/** `GET /api/incidents`. */
export const incidentPage = z.strictObject({
  items: z.array(incidentItem).describe('the newest first'),
  nextCursor: z.string().nullable().describe('null on the last page'),
});

const classification = z.strictObject({
  class: agentClass,
  agent: z.string(),
  severity,
  priority: wholeNumber.describe('1 is taken first'),
  scores: z.partialRecord(agentClass, z.number()),
  reasons: z.array(z.string()),
  intake: z
    .strictObject({ rules: z.array(z.string()), holdSeconds: z.number(), sharedBy: z.array(z.string()) })
    .optional(),
});

const alert = z.strictObject({
  id: z.string(),
  receivedAt: time,
  decision: z.enum(DECISIONS),
  reason: z.string(),
  source: z.string(),
  deliveryKey: z.string(),
  earlierDeliveryKey: z.string().optional(),
  fingerprint: z.string(),
  status: z.enum(['firing', 'resolved']),
  name: z.string(),
  title: z.string(),
  description: z.string(),
  severity,
  severityText: z.string().nullable(),
  service: z.string().nullable(),
  namespace: z.string().nullable(),
  labels: texts,
  annotations: texts,
  startsAt: timeOrNull,
  endsAt: timeOrNull,
  url: z.string().nullable(),
  slack: z.strictObject({ channel: z.string(), ts: z.string(), teamId: z.string().nullable() }).nullable(),
  traceId: traceId.describe('of the trace that it came in'),
});

const gap = z.strictObject({ what: z.string(), why: z.string(), failure: z.string().optional() });
const cited = z.array(wholeNumber).describe('numbers of the evidence');

const evidence = z.strictObject({
  number: wholeNumber,
  capability: z.string(),
  server: z.string(),
  tool: z.string(),
  query: z.record(z.string(), z.unknown()),
  from: timeOrNull,
  to: timeOrNull,
  collectedAt: time,
  data: z.unknown(),
  text: z.string(),
  truncated: z.boolean(),
  hasMore: z.literal(true).optional(),
  digest: z.string().describe('SHA-256 of the whole text, hexadecimal'),
});

const finding = z.strictObject({
  detector: z.string(),
  class: agentClass,
  statement: z.string(),
  component: z.string().nullable(),
  confidence: z.number().min(0).max(1),
  cause: z.boolean().describe('false for a symptom that wants an explanation'),
  evidence: cited,
  timeline: reportSchema.shape.timeline,
  actions: reportSchema.shape.immediateActions,
  prevention: reportSchema.shape.prevention,
  metrics: reportSchema.shape.metrics,
});

const investigation = z.strictObject({
  id: z.string(),
  incidentId: z.string(),
  run: wholeNumber,
  worker: z.string().nullable(),
  attempts: wholeNumber,
  progress: z.array(
    z.strictObject({
      stage: z.enum(STAGES),
      what: z.string(),
      status: z.enum(['running', 'done', 'failed']),
      outcome: z.string().nullable(),
      at: time,
    }),
  ),
  gaps: z.array(gap),
  findings: z.array(finding),
  usage: z
    .strictObject({
      model: z.string(),
      promptTokens: wholeNumber.nullable(),
      completionTokens: wholeNumber.nullable(),
      calls: wholeNumber.optional(),
      toolCalls: wholeNumber.optional(),
      costUsd: z.number().nullish(),
    })
    .nullable(),
  report: reportSchema.nullable(),
  error: z.string().nullable(),
  startedAt: time,
  finishedAt: timeOrNull,
});

const delivery = z.strictObject({
  id: z.string(),
  incidentId: z.string(),
  run: wholeNumber,
  part: z.string().describe('root, reply, overflow-N or chart-N'),
  state: z.enum(['pending', 'sending', 'sent', 'failed']),
  channel: z.string().nullable(),
  threadTs: z.string().nullable(),
  messageTs: z.string().nullable(),
  wanted: wholeNumber,
  shown: wholeNumber,
  attempts: wholeNumber,
  lastError: z.string().nullable(),
  sendingAt: timeOrNull,
});

/** `GET /api/incidents/:id`: everything that is known of it. */
export const incident = z.strictObject({
  ...incidentHead,
  deadReason: z.enum(DEAD_REASONS).nullable(),
  fingerprint: z.string(),
  priority: wholeNumber,
  namespace: z.string().nullable(),
  run: wholeNumber,
  heldFor: z.enum(['hold', 'maintenance']).nullable(),
  forced: z.boolean().describe('an operator asked for this run, or planned it'),
  beyondBudget: z.boolean().describe('an operator asked for this incident itself: no budget of the LLM stops it'),
  traceId: traceId.describe('of the trace from its first alert to its Slack post; null where no traces are made'),
  history: z.array(z.strictObject({ at: time, decision: z.string(), reason: z.string() })).describe('the oldest first'),
  dueAt: timeOrNull,
  resolvedAt: timeOrNull,
  updatedAt: time,
  decision: classification,
  alerts: z.array(alert),
  investigations: z.array(investigation),
  evidence: z.array(evidence).describe('of the current run'),
  report: reportSchema.nullable().describe('of the current run'),
  deliveries: z.array(delivery),
  charts: z.array(
    z.strictObject({
      number: wholeNumber,
      kind: z.enum(CHART_KINDS),
      title: z.string(),
      description: z.string(),
      evidence: cited,
      url: z.string().nullable().describe('null while it is not drawn'),
      failure: z.string().nullable(),
    }),
  ),
});

/** `GET /api/dead-letters`. */
export const deadLetters = z.strictObject({
  items: z.array(
    z.strictObject({
      incidentId: z.string(),
      run: wholeNumber,
      agent: z.string(),
      severity,
      deadReason: z.enum(DEAD_REASONS),
      stage: z.enum(STAGES),
      reason: z.string(),
      lastError: z.string(),
      attempts: wholeNumber,
      title: z.string(),
      finishedAt: time,
      redriveAt: timeOrNull,
      selfRedrives: wholeNumber,
    }),
  ),
});

/** What came of sending one incident round again, in a sentence. */
export const outcome = z.strictObject({ outcome: z.string() });
/** How many are sent round again, at what pace, and when the last of them is due. */
export const redrivePlan = z.strictObject({ perMinute: z.number(), planned: wholeNumber, lastAt: timeOrNull });

const mcpServer = z.strictObject({
  server: z.string(),
  ok: z.boolean().optional().describe('absent where it was not asked'),
  detail: z.string().optional(),
  protocolVersion: z.string().nullish(),
  breaker: z.enum(['closed', 'open', 'half_open']),
  running: wholeNumber,
  capabilities: texts.describe('each with the tool that answers it'),
  tools: wholeNumber.nullable(),
  calls: wholeNumber,
  failures: wholeNumber,
  cacheHits: wholeNumber,
  lastFailure: z.strictObject({ at: time, failure: z.string(), message: z.string() }).nullable(),
  endpoints: z.array(
    z.strictObject({
      endpoint: z.string(),
      breaker: z.enum(['closed', 'open', 'half_open']),
      ejected: z.boolean(),
      inFlight: wholeNumber,
      calls: wholeNumber,
      failures: wholeNumber,
      latencyMs: z.number().nullable(),
    }),
  ),
});

/** `GET /api/mcp`. */
export const mcpServers = z.strictObject({
  servers: z.array(mcpServer).describe('as the producer that answers sees them'),
  processes: z
    .array(
      z.strictObject({
        process: z.string(),
        role: z.string(),
        startedAt: time,
        servers: z.array(mcpServer),
        at: time,
        ageSeconds: z.number(),
      }),
    )
    .nullable()
    .describe('as all processes have told last; null where the database could not say'),
});
