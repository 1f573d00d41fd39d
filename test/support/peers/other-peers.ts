import { stringify } from 'yaml';
import type { PeerTool } from './serve-peer.ts';

const text = { type: 'string' };
const yes = { type: 'boolean' };

const POD = (name: string, namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, creationTimestamp: '2026-11-20T10:00:00Z' },
  spec: { containers: [{ name: 'main', image: 'i' }] },
  status: {
    phase: 'Running',
    containerStatuses: [
      { name: 'main', ready: false, restartCount: 3, image: 'i', state: { waiting: { reason: 'ImagePullBackOff' } } },
    ],
  },
});
const EVENT = {
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: 'e', namespace: 'shop' },
  type: 'Warning',
  reason: 'BackOff',
  message: 'm',
  involvedObject: { kind: 'Pod', name: 'cart-1', namespace: 'shop' },
  count: 4,
  lastTimestamp: '2026-11-20T10:05:00Z',
};

/** mcp-server-kubernetes 4.1.7 (dist/tools/kubectl-get.js, kubectl-logs.js): a list in JSON has names and phases only, logs are in JSON. */
export const kubectlPeer: PeerTool[] = [
  {
    name: 'kubectl_get',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['resourceType'],
      properties: {
        resourceType: text,
        name: text,
        namespace: text,
        output: { type: 'string', enum: ['json', 'yaml', 'wide', 'name', 'custom'] },
        allNamespaces: yes,
        labelSelector: text,
        fieldSelector: text,
        sortBy: text,
        context: text,
      },
    },
    answer: ({ resourceType, namespace = 'default', allNamespaces, output = 'json' }) => {
      const objects = resourceType === 'events' ? [EVENT] : [POD('cart-1', 'shop'), POD('other-1', 'other')];
      const items = objects.filter((one) => allNamespaces === true || one.metadata.namespace === namespace);
      if (output === 'yaml')
        return [stringify({ apiVersion: 'v1', items, kind: 'List', metadata: { resourceVersion: '' } })];
      return [
        JSON.stringify({
          items: items.map(({ kind, metadata }) => ({
            name: metadata.name,
            namespace: metadata.namespace,
            kind,
            status: 'Running',
          })),
        }),
      ];
    },
  },
  {
    name: 'kubectl_logs',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['resourceType', 'name', 'namespace'],
      properties: {
        resourceType: { type: 'string', enum: ['pod', 'deployment', 'job', 'cronjob'] },
        name: text,
        namespace: text,
        container: text,
        tail: { type: 'number' },
        since: text,
        sinceTime: text,
        timestamps: yes,
        previous: yes,
        follow: yes,
        labelSelector: text,
        context: text,
      },
    },
    answer: ({ name }) =>
      name === 'gone'
        ? { isError: true, text: JSON.stringify({ error: 'Resource pod gone not found', status: 'not_found' }) }
        : [JSON.stringify({ name, logs: 'one\n{"level":"error"}\n' }, null, 2)],
  },
];

const rows = 'MsgID,UserID,UserName,RealName,Channel,ThreadTs,Text,Time,Reactions,Cursor\n';

/** slack-mcp-server 1.3.0 of korotovsky (its own tools/list, and the CSV of pkg/handler/conversations.go). */
export const slackCsvPeer: PeerTool[] = [
  {
    name: 'conversations_add_message',
    annotations: { readOnlyHint: false, destructiveHint: true },
    inputSchema: {
      type: 'object',
      required: ['channel_id'],
      properties: { channel_id: text, thread_ts: text, text, content_type: text, blocks: text },
    },
    answer: ({ text: said, thread_ts: thread = '' }) =>
      typeof said === 'string'
        ? [`${rows}1790000000.000100,U1,bot,Bot,C1,${thread},"${said}",2026-09-21T13:33:20Z,,\n`]
        : { isError: true, text: 'text must be a string' },
  },
  {
    name: 'conversations_replies',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['channel_id', 'thread_ts'],
      properties: { channel_id: text, thread_ts: text, cursor: text, limit: text, include_activity_messages: yes },
    },
    answer: () => [
      `${rows}1790000000.000000,U1,ada,Ada,C1,,"one, ""two""\nthree",t,,\n1790000001.000000,U2,bob,Bob,C1,1790000000.000000,plain,t,,bmV4dA==\n`,
    ],
  },
  {
    name: 'conversations_history',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['channel_id'],
      properties: { channel_id: text, cursor: text, limit: text, include_activity_messages: yes },
    },
    // The compact table of later releases, with its legend.
    answer: () => [
      'User,Channel,Text,Time,MsgID,ThreadTs\nAda,#alerts,hello,t,1790000000.000000,\n#channels: C1=alerts\n',
    ],
  },
];

const THREAD = `=== THREAD PARENT MESSAGE ===
From: Ada <ada@example.com> (U1)
Time: 2026-10-04 15:00:12 CEST
Message TS: 1790000000.000000
it is down

=== THREAD REPLIES (2 total) ===

--- Reply 1 of 2 ---
From: Bot (B2)
Time: 2026-10-04 15:04:00 CEST
Message TS: 1790000001.000000
two

lines
*Sent using* <@U9|App>
Reactions: eyes (1)

--- Reply 2 of 2 ---
From: Eve (UEXT1, external: Partner (Singapore))
Time: 2026-10-04 15:05:00 CEST
Message TS: 1790000002.000000
hi
`;
const CHANNEL =
  'Channel: #alerts (C1)\n\n=== Message from Ada <ada@example.com> (U1) at 2026-10-04 15:00:12 CEST ===\nMessage TS: 1790000000.000000\nit is down\n';

/** Slack's hosted server: the form of its answers as several projects have recorded it in 2026; its argument names from the same. */
export const slackHostedPeer: PeerTool[] = [
  {
    name: 'slack_send_message',
    inputSchema: {
      type: 'object',
      required: ['channel_id', 'message'],
      properties: { channel_id: text, message: text, thread_ts: text, reply_broadcast: yes, draft_id: text },
    },
    answer: () => [
      JSON.stringify({
        message_link: 'https://example.slack.com/archives/C1/p1790000003000000',
        message_context: { message_ts: '1790000003.000000', channel_id: 'C1' },
      }),
    ],
  },
  {
    name: 'slack_read_thread',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['channel_id', 'message_ts'],
      properties: {
        channel_id: text,
        message_ts: text,
        limit: { type: 'integer' },
        cursor: text,
        oldest: text,
        latest: text,
        response_format: text,
      },
    },
    answer: () => [
      JSON.stringify({ messages: THREAD, pagination_info: 'There are no more messages in this thread.\n' }),
    ],
  },
  {
    name: 'slack_read_channel',
    annotations: { readOnlyHint: true },
    inputSchema: {
      type: 'object',
      required: ['channel_id'],
      properties: {
        channel_id: text,
        limit: { type: 'integer' },
        cursor: text,
        oldest: text,
        latest: text,
        response_format: text,
      },
    },
    answer: () => [JSON.stringify({ messages: CHANNEL, pagination_info: 'There are more messages in this channel.' })],
  },
];
