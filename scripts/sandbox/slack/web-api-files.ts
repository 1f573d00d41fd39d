import type { SandboxAnswer, SandboxRequest } from '../http/sandbox-http-server.ts';
import { listArgument, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import { wireFile } from './slack-wire.ts';
import type { SlackFile, SlackWorld } from './slack-world.ts';
import {
  type PendingUploads,
  requireScope,
  type SlackCall,
  type WebApiMethod,
  writableChannelOf,
} from './web-api-method.ts';

export const UPLOAD_PATH = '/upload/v1/';
/** Where the page loads the pictures of the workspace. */
export const FILE_PATH = '/files/';

const MAX_ALT_TEXT = 1_000;
const PNG_SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Sources: docs.slack.dev/reference/methods/files.getUploadURLExternal and files.completeUploadExternal. */
const getUploadUrl: WebApiMethod = (call) => {
  const { args, uploads, world, baseUrl } = call;
  requireScope(call, 'files:write');
  const name = textArgument(args, 'filename');
  const length = Number(textArgument(args, 'length') ?? Number.NaN);
  if (length === 0) throw new SlackRefusal('missing_argument');
  if (!name || !Number.isInteger(length) || length < 1) throw new SlackRefusal('invalid_arguments');
  const altText = textArgument(args, 'alt_txt') ?? '';
  if (altText.length > MAX_ALT_TEXT) throw new SlackRefusal('alt_txt_too_large');
  const id = `F${world.nextTs().replace('.', '')}`;
  uploads.set(id, { name, length, altText, bytes: null });
  return { upload_url: `${baseUrl}${UPLOAD_PATH}${id}`, file_id: id };
};

const completeUpload: WebApiMethod = (call) => {
  const { args, uploads, world } = call;
  requireScope(call, 'files:write');
  const asked = listArgument(args, 'files', 'invalid_arguments') as { id: string; title?: string }[] | undefined;
  if (!asked?.length) throw new SlackRefusal('invalid_arguments');
  const channel = writableChannelOf(call, 'channel_id');
  const threadTs = textArgument(args, 'thread_ts');
  if (threadTs && !world.find(channel.id, threadTs)) throw new SlackRefusal('invalid_thread_ts');
  const files = asked.map(({ id, title }) => completedFile(uploads, id, title));
  for (const { id } of files) uploads.delete(id);
  share(call, channel.id, threadTs, files);
  // Where a file is shared is not known yet: Slack looks through it first.
  return { files: files.map((file) => ({ ...wireFile(file), shares: {} })) };
};

function completedFile(uploads: PendingUploads, id: string, title: string | undefined): SlackFile {
  const upload = uploads.get(id);
  if (upload?.bytes == null) throw new SlackRefusal('file_not_found');
  const { name, altText, bytes } = upload;
  const isPng = bytes.subarray(0, PNG_SIGNATURE.length).equals(PNG_SIGNATURE);
  const mimetype = isPng ? 'image/png' : 'text/plain';
  return { id, name, title: title ?? name, altText, mimetype, bytes, content: isPng ? '' : bytes.toString('utf8') };
}

function share(
  { args, world, identity, shareDelayMs }: SlackCall,
  channel: string,
  threadTs: string | null,
  files: SlackFile[],
) {
  const author = { user: identity.botUserId, botId: identity.botId, appId: identity.appId, botName: identity.botName };
  const text = textArgument(args, 'initial_comment') ?? '';
  const post = () => void world.post({ channel, threadTs, ...author, subtype: 'file_share', text, files });
  if (shareDelayMs === 0) post();
  else setTimeout(post, shareDelayMs).unref();
}

/** A message that says nothing without its file goes with it. */
const remove: WebApiMethod = (call) => {
  const { args, world, identity } = call;
  requireScope(call, 'files:write');
  const found = world.file(textArgument(args, 'file') ?? '');
  if (!found) throw new SlackRefusal('file_not_found');
  const { file, message } = found;
  if (message.botId !== identity.botId) throw new SlackRefusal('cant_delete_file');
  if (message.files.length === 1 && message.text === '') world.remove(message);
  else world.removeFile(file.id);
  return {};
};

async function uploadedBytes(request: SandboxRequest): Promise<Buffer> {
  const type = request.headers['content-type'] ?? '';
  if (!type.includes('multipart/form-data')) return request.body;
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  const [first] = [...form.values()];
  return first === undefined || typeof first === 'string'
    ? Buffer.from(first ?? '')
    : Buffer.from(await first.arrayBuffer());
}

/** Takes the bytes of a granted upload; answers in plain text, as Slack's file host does. */
export async function receiveUpload(uploads: PendingUploads, request: SandboxRequest): Promise<SandboxAnswer> {
  if (request.method !== 'POST') return { status: 405, body: 'POST the bytes' };
  const upload = uploads.get(request.path.slice(UPLOAD_PATH.length));
  if (!upload) return { status: 404, body: 'upload not found' };
  const bytes = await uploadedBytes(request);
  if (bytes.length !== upload.length) {
    return { status: 400, body: `expected ${upload.length} bytes, got ${bytes.length}` };
  }
  upload.bytes = bytes;
  return { status: 200, body: `OK - ${bytes.length}` };
}

/** A picture of the workspace for the channel page. */
export function answerFile(world: SlackWorld, request: SandboxRequest): SandboxAnswer {
  const file = world.file(request.path.slice(FILE_PATH.length))?.file;
  if (file?.mimetype !== 'image/png') return { status: 404, body: 'no such picture' };
  return {
    status: 200,
    headers: { 'content-type': 'image/png', 'x-content-type-options': 'nosniff' },
    body: file.bytes,
  };
}

export const FILES_METHODS: Record<string, WebApiMethod> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
  'files.delete': remove,
};
