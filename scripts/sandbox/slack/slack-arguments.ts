import type { SandboxRequest } from '../http/sandbox-http-server.ts';
import { SlackRefusal } from './slack-refusal.ts';

/** The arguments of a Web API call: strings from a form, anything from a JSON body. */
export type SlackArguments = Record<string, unknown>;

function parseJsonBody(body: Buffer): SlackArguments {
  try {
    return JSON.parse(body.toString('utf8')) as SlackArguments;
  } catch {
    throw new SlackRefusal('invalid_json');
  }
}

/** Reads a call's arguments from the query, a form or a JSON body, as Slack accepts them. */
export function readArguments(request: SandboxRequest): SlackArguments {
  const type = request.headers['content-type'] ?? '';
  const query = Object.fromEntries(request.query);
  if (request.body.length === 0) return query;
  if (type.includes('application/json')) return { ...query, ...parseJsonBody(request.body) };
  if (!type.includes('application/x-www-form-urlencoded')) throw new SlackRefusal('invalid_post_type');
  return { ...query, ...Object.fromEntries(new URLSearchParams(request.body.toString('utf8'))) };
}

/** A text argument, null when it is missing or empty. */
export function textArgument(args: SlackArguments, name: string): string | null {
  const value = args[name];
  return value === undefined || value === null || value === '' ? null : String(value);
}

/** A yes-or-no argument in any of Slack's spellings. */
export function flagArgument(args: SlackArguments, name: string): boolean {
  return ['true', '1'].includes(String(args[name] ?? '').toLowerCase());
}

/** A count between 1 and `max`; anything else is refused with `invalid_limit`. */
export function limitArgument(args: SlackArguments, fallback: number, max: number): number {
  const given = textArgument(args, 'limit');
  if (given === null) return fallback;
  const limit = Number(given);
  if (!Number.isInteger(limit) || limit < 1 || limit > max) throw new SlackRefusal('invalid_limit');
  return limit;
}

/** A structured argument, decoded when it came as text; undefined when it is missing. */
export function jsonArgument(args: SlackArguments, name: string, refusal: string): unknown {
  const value = args[name];
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new SlackRefusal(refusal);
  }
}

/** A structured argument that must be a list. */
export function listArgument(args: SlackArguments, name: string, refusal: string): unknown[] | undefined {
  const value = jsonArgument(args, name, refusal);
  if (value !== undefined && !Array.isArray(value)) throw new SlackRefusal(refusal);
  return value;
}
