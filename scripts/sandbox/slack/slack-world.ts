import { EventEmitter } from 'node:events';

export type SlackChannel = { id: string; name: string; isMember: boolean; isArchived: boolean };
export type SlackMetadata = { event_type: string; event_payload: Record<string, unknown> };
/** A file as the workspace keeps it; `content` is the text of it, empty for a picture. */
export type SlackFile = {
  id: string;
  name: string;
  title: string;
  /** What a picture shows, as the uploader described it. */
  altText: string;
  mimetype: string;
  content: string;
  bytes: Buffer;
};

/** What a message said at a time; the first is the post, each edit adds one. */
export type SlackVersion = { at: string; text: string; blocks: unknown[] | null };

/** A message as the simulated workspace keeps it. */
export type SlackMessage = {
  channel: string;
  ts: string;
  /** The root's ts for replies and for roots that have replies, else null. */
  threadTs: string | null;
  user: string | null;
  botId: string | null;
  appId: string | null;
  /** The display name of the bot or webhook; null for people. */
  botName: string | null;
  subtype: string | null;
  text: string;
  blocks: unknown[] | null;
  attachments: unknown[] | null;
  metadata: SlackMetadata | null;
  edited: { user: string; ts: string } | null;
  files: SlackFile[];
  versions: SlackVersion[];
};

export type NewSlackMessage = Partial<Omit<SlackMessage, 'channel' | 'ts' | 'versions' | 'edited'>> & {
  channel: string;
};
export type SlackEdit = Partial<Pick<SlackMessage, 'text' | 'blocks' | 'attachments' | 'metadata'>>;

/** The simulated workspace: channels and messages; `events` emits `change`, `posted`, `edited` and `deleted`. */
export type SlackWorld = {
  events: EventEmitter;
  channel(id: string): SlackChannel | null;
  channels(): SlackChannel[];
  setChannel(channel: SlackChannel): void;
  nextTs(): string;
  post(message: NewSlackMessage): SlackMessage;
  edit(message: SlackMessage, edit: SlackEdit, user: string): SlackMessage;
  remove(message: SlackMessage): void;
  removeFile(id: string): void;
  find(channel: string, ts: string): SlackMessage | null;
  /** A file that some message shares, with that message. */
  file(id: string): { file: SlackFile; message: SlackMessage } | null;
  /** Roots of the channel, oldest first. */
  roots(channel: string): SlackMessage[];
  /** The root and its replies, oldest first; empty when there is no such root. */
  thread(channel: string, ts: string): SlackMessage[];
  /** True when a message of that ts stood there once and was deleted. */
  wasDeleted(channel: string, ts: string): boolean;
};

const EMPTY = {
  threadTs: null,
  user: null,
  botId: null,
  appId: null,
  botName: null,
  subtype: null,
  text: '',
  blocks: null,
  attachments: null,
  metadata: null,
  files: [],
};

/** Slack timestamps: seconds with six digits, unique and rising within the workspace. */
function createClock(): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Date.now() * 1000);
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}

const isReply = (message: SlackMessage) => message.threadTs !== null && message.threadTs !== message.ts;

const version = (message: { text: string; blocks: unknown[] | null }): SlackVersion => ({
  at: new Date().toISOString(),
  text: message.text,
  blocks: message.blocks,
});

/** A workspace with these channels and no messages. */
export function createSlackWorld(initial: SlackChannel[]): SlackWorld {
  const events = new EventEmitter();
  const channels = new Map(initial.map((channel) => [channel.id, channel]));
  const messages: SlackMessage[] = [];
  const deleted = new Set<string>();
  const nextTs = createClock();
  const find = (channel: string, ts: string) => messages.find((m) => m.channel === channel && m.ts === ts) ?? null;
  const announce = (what: string, ...values: unknown[]) => {
    events.emit(what, ...values);
    events.emit('change');
  };
  return {
    events,
    channel: (id) => channels.get(id) ?? null,
    channels: () => [...channels.values()],
    setChannel: (channel) => void channels.set(channel.id, channel),
    nextTs,
    post(fields) {
      const message: SlackMessage = { ...EMPTY, ...fields, ts: nextTs(), edited: null, versions: [] };
      message.versions.push(version(message));
      messages.push(message);
      const root = message.threadTs ? find(message.channel, message.threadTs) : null;
      if (root) root.threadTs = root.ts;
      announce('posted', message);
      return message;
    },
    edit(message, edit, user) {
      const previous = { ...message };
      Object.assign(message, edit, { edited: { user, ts: nextTs() } });
      message.versions.push(version(message));
      announce('edited', message, previous);
      return message;
    },
    removeFile(id) {
      const message = messages.find(({ files }) => files.some((file) => file.id === id));
      if (!message) return;
      message.files = message.files.filter((file) => file.id !== id);
      events.emit('change');
    },
    remove(message) {
      messages.splice(messages.indexOf(message), 1);
      deleted.add(`${message.channel} ${message.ts}`);
      announce('deleted', message);
    },
    find,
    file(id) {
      const message = messages.find(({ files }) => files.some((file) => file.id === id));
      return message ? { message, file: message.files.find((file) => file.id === id)! } : null;
    },
    roots: (channel) => messages.filter((m) => m.channel === channel && !isReply(m)),
    thread(channel, ts) {
      return messages.filter((m) => m.channel === channel && (m.ts === ts || m.threadTs === ts));
    },
    wasDeleted: (channel, ts) => deleted.has(`${channel} ${ts}`),
  };
}
