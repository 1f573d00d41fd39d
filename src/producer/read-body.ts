import express, { type Request } from 'express';
import { HttpProblem } from '../shared/http/problem.ts';

/** 1 MiB: far above any real webhook, far below what hurts. */
const BODY_LIMIT_BYTES = 1_048_576;
/** Real payloads nest ten deep; a parser or a serializer that recurses must never see thousands. */
const MAX_DEPTH = 64;

/** Media types whose body may be JSON; SNS sends its JSON as text/plain. */
const JSON_TYPES = /^(application\/([\w.+-]*\+)?json|text\/(plain|json))$/;

/** Keeps the body as bytes, because Slack signs the bytes; at most 1 MiB after decompression. */
export const rawBody = express.raw({ type: () => true, limit: BODY_LIMIT_BYTES, inflate: true });

/** The bytes that `rawBody` has read; empty when there was no body. */
export function bodyBytes(request: Request): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
}

/** Reads the body as JSON. Throws HttpProblem 400 or 415 with a sentence that says what to change. */
export function readJsonBody(request: Request): unknown {
  const type = (request.headers['content-type'] ?? 'application/json').split(';')[0]!.trim().toLowerCase();
  if (!JSON_TYPES.test(type)) {
    throw new HttpProblem(415, 'Media type not supported', 'send the alert as application/json');
  }
  const bytes = bodyBytes(request);
  if (bytes.length === 0) throw new HttpProblem(400, 'Body missing', 'the request has no body: send the alert as JSON');
  return parseJson(decodeUtf8(bytes));
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new HttpProblem(400, 'Body not UTF-8', 'the body is not valid UTF-8: JSON is sent as UTF-8 (RFC 8259)');
  }
}

function parseJson(text: string): unknown {
  if (nestsDeeperThan(text, MAX_DEPTH)) {
    throw new HttpProblem(400, 'Body nested too deeply', `the JSON nests deeper than ${MAX_DEPTH} levels: flatten it`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // V8's message quotes the body, which may hold a secret: the sender gets a sentence without it.
    throw new HttpProblem(400, 'Body not JSON', 'the body is not valid JSON: check quotes, commas and brackets');
  }
}

function nestsDeeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 0x5c) index++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > limit) return true;
    } else if (code === 0x5d || code === 0x7d) depth--;
  }
  return false;
}
