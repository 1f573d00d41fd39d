import { readFileSync } from 'node:fs';
import { findSource, SOURCE_NAMES } from '../../src/producer/sources/index.ts';
import { signRequest } from '../../src/producer/verify-signature.ts';
import { type Config, loadConfig } from '../../src/shared/config.ts';
import { FleetError } from '../../src/shared/errors.ts';
import { alertmanagerBody, type GivenAlert, genericBody, slackBody, slackTs } from './alert-bodies.ts';
import { defineCommand, type Io, UsageError } from './command.ts';
import { describeFault } from './describe-fault.ts';
import { plainText } from './plain-text.ts';
import { producerClient } from './producer-client.ts';
import { readPairs } from './read-pairs.ts';

const USAGE = `Sends an alert to a running producer, as its source would, and prints what was decided.

  npm run send-alert -- --title "Database connection pool exhausted" --service user-service --severity critical
  npm run send-alert -- --source alertmanager --file payload.json

  --url URL          the producer (default http://localhost:PORT)
  --source NAME      ${SOURCE_NAMES.join(', ')} (default generic)
  --file PATH        sends this body as it is; - reads it from stdin
  --title TEXT       without --file, for generic, alertmanager and slack: the alert itself
  --description TEXT, --service NAME, --namespace NAME, --severity WORD, --label NAME=VALUE (often)
  --status STATUS    firing or resolved (default firing)
  --channel ID       slack only: where the message stands (default SLACK_DEFAULT_CHANNEL)
  --ts TIMESTAMP     slack only: of a real message there, so that its thread can be answered (default now)

Slack's request is signed with SLACK_SIGNING_SECRET, the others carry WEBHOOK_TOKEN. Exit codes: 0 taken up, 1 refused or
nothing in it was an alert, 2 wrong use.`;

const OPTIONS = {
  url: { type: 'string' },
  source: { type: 'string' },
  file: { type: 'string' },
  title: { type: 'string' },
  description: { type: 'string' },
  service: { type: 'string' },
  namespace: { type: 'string' },
  severity: { type: 'string' },
  status: { type: 'string' },
  label: { type: 'string', multiple: true },
  channel: { type: 'string' },
  ts: { type: 'string' },
} as const;

type Values = { [Name in Exclude<keyof typeof OPTIONS, 'label'>]?: string } & { label?: string[] };
type Answer = { alerts?: { incidentId: string; decision: string; reason: string }[]; ignored?: { reason: string }[] };

/** `npm run send-alert`: see its usage. */
export const sendAlertCommand = defineCommand({
  name: 'send-alert',
  usage: USAGE,
  options: OPTIONS,
  async run(values, positionals, io) {
    const { source = 'generic', url } = values;
    if (positionals.length > 0) throw new UsageError(`"${positionals[0]}" belongs to no option: the title is --title`);
    checkSource(source);
    const config = loadConfig(io.environment);
    const producer = producerClient(url, config);
    const now = new Date();
    const body = values.file === undefined ? buildBody(source, values, config, now) : await readBody(values, io);
    const headers = { 'content-type': 'application/json', ...authentication(source, body, config, now) };
    const answer = await producer.post<Answer>(`/alerts/${source}`, { headers, body, signal: io.signal });
    return printAnswer(answer, io);
  },
});

function checkSource(source: string): void {
  if (!findSource(source)) throw new UsageError(`there is no source ${source}: give one of ${SOURCE_NAMES.join(', ')}`);
}

function buildBody(source: string, values: Values, config: Config, now: Date): string {
  const alert = givenAlert(values);
  if (source === 'generic') return JSON.stringify(genericBody(alert, now));
  if (source === 'alertmanager') return JSON.stringify(alertmanagerBody(alert, now));
  if (source !== 'slack') throw new UsageError(`a body for ${source} must come from --file`);
  const { channel = config.slack.defaultChannel, ts = slackTs(now) } = values;
  if (!channel) throw new UsageError('give --channel, or set SLACK_DEFAULT_CHANNEL');
  if (!/^\d{9,11}\.\d{6}$/.test(ts)) throw new UsageError(`--ts wants a timestamp like 1790000000.000100, not "${ts}"`);
  return JSON.stringify(slackBody(alert, { channel, ts }));
}

function givenAlert(values: Values): GivenAlert {
  const { title, status = 'firing', description = null, service = null, namespace = null, severity = null } = values;
  if (!title?.trim()) throw new UsageError('give --title, or --file with a body');
  if (status !== 'firing' && status !== 'resolved') throw new UsageError('--status is firing or resolved');
  return { title, status, description, service, namespace, severity, labels: readPairs('label', values.label) };
}

const DESCRIBING = [
  'title',
  'description',
  'service',
  'namespace',
  'severity',
  'status',
  'label',
  'channel',
  'ts',
] as const;

async function readBody(values: Values, { stdin }: Io): Promise<string> {
  const useless = DESCRIBING.find((name) => values[name] !== undefined);
  if (useless) throw new UsageError(`--${useless} has no effect on a body from --file: leave one of the two out`);
  if (values.file === '-') return stdin();
  try {
    return readFileSync(values.file!, 'utf8');
  } catch (error) {
    throw new FleetError('config_invalid', `--file cannot be read: ${describeFault(error)}`);
  }
}

function authentication(source: string, body: string, config: Config, now: Date): Record<string, string> {
  const { slack, webhookToken, openOnLoopback } = config;
  const bySignature = findSource(source)?.authentication === 'slack-signature';
  if (bySignature && slack.signingSecret) return signRequest(body, slack.signingSecret, now);
  if (!bySignature && webhookToken) return { authorization: `Bearer ${webhookToken}` };
  if (openOnLoopback) return {};
  const variable = bySignature ? 'SLACK_SIGNING_SECRET' : 'WEBHOOK_TOKEN';
  throw new FleetError('config_invalid', `${variable} is not set: give the same as the producer has`);
}

function printAnswer({ alerts = [], ignored = [] }: Answer, { out, err }: Io): number {
  for (const { decision, reason, incidentId } of alerts)
    out(`${decision.padEnd(11)}  /api/incidents/${incidentId}  ${plainText(reason)}`);
  for (const { reason } of ignored) err(`ignored: ${plainText(reason)}`);
  if (alerts.length === 0) err('send-alert: nothing in the body was taken up as an alert');
  return alerts.length > 0 ? 0 : 1;
}
