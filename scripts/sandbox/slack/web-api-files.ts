import type { SandboxRequest } from '../http/sandbox-http-server.ts';
import { listArgument, textArgument } from './slack-arguments.ts';
import { SlackRefusal } from './slack-refusal.ts';
import type { SlackFile } from './slack-world.ts';
import { type PendingUploads, type WebApiMethod, writableChannelOf } from './web-api-method.ts';

export const UPLOAD_PATH = '/upload/v1/';

const getUploadUrl: WebApiMethod = ({ args, uploads, world, baseUrl }) => {
  const name = textArgument(args, 'filename');
  const length = Number(textArgument(args, 'length') ?? Number.NaN);
  if (!name || !Number.isInteger(length) || length < 1) throw new SlackRefusal('invalid_arguments');
  const id = `F${world.nextTs().replace('.', '')}`;
  uploads.set(id, { name, length, content: null });
  return { upload_url: `${baseUrl}${UPLOAD_PATH}${id}`, file_id: id };
};

const completeUpload: WebApiMethod = (call) => {
  const { args, uploads, world, identity } = call;
  const asked = listArgument(args, 'files', 'invalid_arguments') as { id: string; title?: string }[] | undefined;
  if (!asked?.length) throw new SlackRefusal('invalid_arguments');
  const channel = writableChannelOf(call, 'channel_id');
  const threadTs = textArgument(args, 'thread_ts');
  if (threadTs && !world.find(channel.id, threadTs)) throw new SlackRefusal('invalid_thread_ts');
  const files = asked.map(({ id, title }): SlackFile => {
    const upload = uploads.get(id);
    if (upload?.content == null) throw new SlackRefusal('file_not_found');
    return { id, name: upload.name, title: title ?? upload.name, content: upload.content };
  });
  for (const { id } of files) uploads.delete(id);
  const text = textArgument(args, 'initial_comment') ?? '';
  const author = { user: identity.botUserId, botId: identity.botId, appId: identity.appId, botName: identity.botName };
  world.post({ channel: channel.id, threadTs, ...author, text, files });
  return { files: files.map(({ id, title }) => ({ id, title })) };
};

async function uploadedText(request: SandboxRequest): Promise<string> {
  const type = request.headers['content-type'] ?? '';
  if (!type.includes('multipart/form-data')) return request.body.toString('utf8');
  const form = await new Response(new Uint8Array(request.body), { headers: { 'content-type': type } }).formData();
  const [first] = [...form.values()];
  return first === undefined || typeof first === 'string' ? (first ?? '') : first.text();
}

/** Takes the bytes of a granted upload; answers in plain text, as Slack's file host does. */
export async function receiveUpload(uploads: PendingUploads, request: SandboxRequest) {
  const upload = uploads.get(request.path.slice(UPLOAD_PATH.length));
  if (!upload) return { status: 404, body: 'upload not found' };
  const content = await uploadedText(request);
  const length = Buffer.byteLength(content);
  if (length !== upload.length) return { status: 400, body: `expected ${upload.length} bytes, got ${length}` };
  upload.content = content;
  return { status: 200, body: `OK - ${length}` };
}

export const FILES_METHODS: Record<string, WebApiMethod> = {
  'files.getUploadURLExternal': getUploadUrl,
  'files.completeUploadExternal': completeUpload,
};
