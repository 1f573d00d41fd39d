import type { Chart } from '../../shared/chart.ts';
import { DependencyError } from '../../shared/errors.ts';
import type { Delivery } from '../../shared/store/delivery-store.ts';
import {
  type DeliverDeps,
  type Delivered,
  deliverOnce,
  type Outgoing,
  PacedError,
  type Sendable,
  type Target,
} from '../deliver-once.ts';
import { line } from '../report-blocks/slack-blocks.ts';

export type ChartSending = Outgoing & { target: Target & { threadTs: string }; chart: Chart; png: Buffer };

/** Slack shares an upload some seconds after it has answered: a thread tells only later that it was not shared. */
const SHARED_WITHIN_MS = 60_000;
const DELETE_MS = 5_000;
const MAX_TITLE = 150;
const MAX_ALT_TEXT = 900;

/**
 * Uploads one chart of the outbox into its thread, once: its file's name tells incident, run and chart, so that an upload
 * whose answer was lost is found in the thread again. See `deliverOnce`.
 */
export async function deliverChart(deps: DeliverDeps, sending: ChartSending): Promise<Delivered> {
  return await deliverOnce(deps, sending, (target) => picture(deps, sending, target));
}

function picture({ gateway }: DeliverDeps, sending: ChartSending, { channel, threadTs }: Target): Sendable {
  const { lease, chart, png, signal } = sending;
  const options = { signal, incidentId: lease.incidentId };
  const thread = { channel, threadTs: threadTs ?? sending.target.threadTs };
  const filename = fileName(sending);
  return {
    async send() {
      const title = line(chart.title, MAX_TITLE);
      const altText = line(chart.description, MAX_ALT_TEXT);
      const image = { ...thread, filename, title, altText, pngBase64: png.toString('base64') };
      return (await gateway.call('slack.upload_image', image, options)).data.fileId;
    },
    async find(delivery) {
      waitUntilShared(delivery);
      const { data } = await gateway.call('slack.thread_info', { ...thread, limit: 1000 }, options);
      if (data.messages.some(({ files }) => files === undefined)) throw cannotTell();
      const files = data.messages.flatMap((message) => message.files ?? []);
      return files.filter(({ name }) => name === filename).map(({ id }) => id);
    },
    async remove(fileId) {
      const limited = { ...options, signal: AbortSignal.timeout(DELETE_MS) };
      await gateway.call('slack.delete_file', { fileId }, limited).catch(() => undefined);
    },
  };
}

function fileName({ lease, part }: Outgoing): string {
  return `rca-${lease.incidentId}-${lease.run}-${part}.png`;
}

/** Rather no chart than two. */
function cannotTell(): DependencyError {
  const message = 'the upload got no answer, and the Slack MCP server does not tell which files a thread has';
  return new DependencyError('slack', 'protocol', message);
}

function waitUntilShared({ sendingAt }: Delivery): void {
  const left = Date.parse(sendingAt ?? '') + SHARED_WITHIN_MS - Date.now();
  if (left > 0) throw new PacedError(left);
}
