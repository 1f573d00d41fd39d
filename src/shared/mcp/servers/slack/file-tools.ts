import { DependencyError } from '../../../errors.ts';
import { type ToolDefinition, toolFor } from '../../server-definition.ts';
import type { SlackClient } from './slack-client.ts';

type Upload = {
  channel: string;
  threadTs: string;
  filename: string;
  title: string;
  altText?: string;
  bytes: Uint8Array<ArrayBuffer>;
};

/**
 * Slack's three steps: an address for the bytes, the bytes, and the completion, which alone shows them to anybody. The SDK
 * offers them as one call, whose failure would not tell whether something may stand in the thread.
 */
async function uploadIntoThread(client: SlackClient, upload: Upload, signal: AbortSignal): Promise<string> {
  const { channel, threadTs, filename, title, altText, bytes } = upload;
  const asked = { filename, length: bytes.byteLength, ...(altText ? { alt_txt: altText } : {}) };
  const granted = await client.call('files.getUploadURLExternal', asked, { signal, effect: false });
  const { upload_url: url, file_id: fileId } = granted as { upload_url?: string; file_id?: string };
  if (!url || !fileId) throw new DependencyError('slack', 'protocol', 'Slack files.getUploadURLExternal: no address');
  await client.send(url, bytes, signal);
  const shared = { files: [{ id: fileId, title }], channel_id: channel, thread_ts: threadTs };
  await client.call('files.completeUploadExternal', shared, { signal, effect: true });
  return fileId;
}

/** `upload_file`: a text as a file in a thread, for what is too long for a message. */
export function uploadFile(client: SlackClient): ToolDefinition {
  return toolFor('slack.upload_file', {
    title: 'Upload a file into a thread',
    description: 'Uploads a text file and shares it below the message `threadTs` of a channel.',
    run: async ({ content, ...file }, { signal }) => {
      const bytes = new TextEncoder().encode(content);
      const fileId = await uploadIntoThread(client, { ...file, bytes }, signal);
      return { data: { fileId }, text: describeUpload(file, fileId) };
    },
  });
}

/** `upload_image`: a picture in a thread. Slack shares it some time after it has answered. */
export function uploadImage(client: SlackClient): ToolDefinition {
  return toolFor('slack.upload_image', {
    title: 'Upload a picture into a thread',
    description:
      'Uploads a PNG (base64) and shares it below the message `threadTs` of a channel. Slack may show it some seconds later. Uploading twice shows it twice: read the files of the thread first when unsure.',
    run: async ({ pngBase64, ...image }, { signal }) => {
      const bytes = new Uint8Array(Buffer.from(pngBase64, 'base64'));
      const fileId = await uploadIntoThread(client, { ...image, bytes }, signal);
      return { data: { fileId }, text: describeUpload(image, fileId) };
    },
  });
}

function describeUpload({ filename, threadTs, channel }: Omit<Upload, 'bytes'>, fileId: string): string {
  return `uploaded ${filename} as ${fileId} in the thread ${threadTs} of ${channel}`;
}

/** `delete_file`: removes one of our own files everywhere; that it is gone already is as good. */
export function deleteFile(client: SlackClient): ToolDefinition {
  return toolFor('slack.delete_file', {
    title: 'Delete a file',
    description: 'Deletes a file that this bot uploaded. Deleting it again changes nothing.',
    idempotent: true,
    destructive: true,
    run: async ({ fileId }, { signal }) => {
      const gone = await client.call('files.delete', { file: fileId }, { signal, effect: true }).then(
        () => 'deleted',
        (error: unknown) => {
          if (error instanceof DependencyError && /^file_(not_found|deleted)$/.test(error.detail ?? ''))
            return 'was already gone:';
          throw error;
        },
      );
      return { data: { fileId }, text: `${gone} ${fileId}` };
    },
  });
}
