import { createHmac, timingSafeEqual } from 'node:crypto';

/** Slack's window: an older (or younger) request may be a replay. */
const MAX_SKEW_SECONDS = 300;

export type SignatureFault =
  | 'no_secret'
  | 'timestamp_missing'
  | 'timestamp_invalid'
  | 'timestamp_too_far'
  | 'signature_missing'
  | 'signature_malformed'
  | 'signature_wrong';

/** `ok`, or why not: a code for metrics and a sentence for the operator that gives nothing away. */
export type SignatureCheck = { ok: true } | { ok: false; fault: SignatureFault; reason: string };

export type SignedRequest = {
  /** The bytes as they arrived: parsing and printing JSON again changes them. */
  rawBody: Uint8Array;
  /** Names in lower case, as Node gives them. */
  headers: Record<string, string | string[] | undefined>;
};

const REASONS: Record<SignatureFault, string> = {
  no_secret: 'no signing secret is configured: set SLACK_SIGNING_SECRET',
  timestamp_missing: 'the header x-slack-request-timestamp is missing: only Slack may post here',
  timestamp_invalid: 'the header x-slack-request-timestamp is not a Unix time in seconds',
  timestamp_too_far: 'the request is more than 300 s away from our clock: a replay, or one of the two clocks is wrong',
  signature_missing: 'the header x-slack-signature is missing: only Slack may post here',
  signature_malformed: 'the header x-slack-signature is not `v0=` and 64 hexadecimal digits',
  signature_wrong: 'the signature does not match: SLACK_SIGNING_SECRET is not the one of the app that sent this',
};

/**
 * Checks Slack's v0 signature (https://docs.slack.dev/authentication/verifying-requests-from-slack) in constant time. More than
 * one secret may be valid, so that a secret can be exchanged without losing an alert.
 */
export function verifySignature(request: SignedRequest, secrets: readonly string[], now: Date): SignatureCheck {
  const usable = secrets.filter((secret) => secret !== '');
  if (usable.length === 0) return refused('no_secret');
  const timestamp = single(request.headers['x-slack-request-timestamp']);
  const fault = timestampFault(timestamp, now);
  if (timestamp === null || fault) return refused(fault ?? 'timestamp_missing');
  const signature = single(request.headers['x-slack-signature']);
  if (signature === null) return refused('signature_missing');
  if (!/^v0=[0-9a-f]{64}$/.test(signature)) return refused('signature_malformed');
  const given = Buffer.from(signature.slice(3), 'hex');
  const matches = usable.map((secret) => timingSafeEqual(given, signatureOf(secret, timestamp, request.rawBody)));
  return matches.includes(true) ? { ok: true } : refused('signature_wrong');
}

/** The headers that Slack would send with this body: for the sandbox, `send-alert` and tests. */
export function signRequest(rawBody: Uint8Array | string, secret: string, now: Date): Record<string, string> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = signatureOf(secret, timestamp, Buffer.from(rawBody)).toString('hex');
  return { 'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${signature}` };
}

function signatureOf(secret: string, timestamp: string, rawBody: Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`v0:${timestamp}:`).update(rawBody).digest();
}

function timestampFault(timestamp: string | null, now: Date): SignatureFault | null {
  if (timestamp === null) return 'timestamp_missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'timestamp_invalid';
  return Math.abs(now.getTime() / 1000 - Number(timestamp)) > MAX_SKEW_SECONDS ? 'timestamp_too_far' : null;
}

/** A header that came twice is as good as none. */
function single(header: string | string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' ? header : null;
}

function refused(fault: SignatureFault): SignatureCheck {
  return { ok: false, fault, reason: REASONS[fault] };
}
