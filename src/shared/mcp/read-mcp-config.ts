import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { describeError, FleetError } from '../errors.ts';
import type { Capability } from './capabilities.ts';
import { CAPABILITY_NAMES, type ConfiguredServer, defaultCapabilities } from './configured-server.ts';
import type { ServerTarget } from './server-target.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** `${NAME}` and `${NAME:-fallback}`, as other MCP clients read them. */
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Reads a file in the `mcpServers` form that other MCP clients use. Throws FleetError `config_invalid` that names the file and
 * every faulty field. `env` is what `${NAME}` in its texts stands for.
 */
export function readMcpConfig(path: string, env: Environment): ConfiguredServer[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FleetError('config_invalid', `MCP_CONFIG ${path} cannot be read: ${describeError(cause)}`, { cause });
  }
  return parseMcpConfig(text, { path, env });
}

/** The same from a text; `path` is for the messages. */
export function parseMcpConfig(text: string, { path, env }: { path: string; env: Environment }): ConfiguredServer[] {
  const parsed = fileSchema(env).safeParse(parseJson(text, path));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || '(top)'}: ${issue.message}`);
    throw new FleetError('config_invalid', `MCP_CONFIG ${path} is not valid: ${faults.join('; ')}`);
  }
  const entries = Object.entries(parsed.data.mcpServers).filter(([, entry]) => !entry.disabled);
  return entries.map(([name, entry]) => {
    return { name, target: entry.target, capabilities: { ...defaultCapabilities(name), ...entry.capabilities } };
  });
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new FleetError('config_invalid', `MCP_CONFIG ${path} is not JSON: ${describeError(cause)}`, { cause });
  }
}

function fileSchema(env: Environment) {
  const text = z.string().transform((value, context) => {
    return value.replaceAll(VARIABLE, (_match, name: string, fallback: string | undefined) => {
      const replacement = env[name] ?? fallback;
      if (replacement === undefined) context.addIssue({ code: 'custom', message: `the variable ${name} is not set` });
      return replacement ?? '';
    });
  });
  return z.object(
    { mcpServers: z.record(z.string().min(1), entrySchema(text)) },
    { error: 'expected an object with the field "mcpServers"' },
  );
}

/** Unknown fields are let through: the file is shared with other clients, which have fields of their own. */
function entrySchema(text: z.ZodType<string>) {
  return z
    .object({
      type: z.enum(['stdio', 'http', 'streamable-http', 'streamableHttp', 'sse']).optional(),
      command: text.optional(),
      args: z.array(text).default([]),
      env: z.record(z.string(), text).default({}),
      cwd: text.optional(),
      url: text.pipe(z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' })).optional(),
      headers: z.record(z.string(), text).default({}),
      disabled: z.boolean().default(false),
      /** Ours: which tool answers which capability, where the names differ from our own servers' tools. */
      capabilities: z
        .partialRecord(z.enum(CAPABILITY_NAMES as [Capability, ...Capability[]]), z.string().min(1))
        .default({}),
    })
    .transform((entry, context) => {
      const target = targetOf(entry);
      if (typeof target !== 'string') return { target, disabled: entry.disabled, capabilities: entry.capabilities };
      context.addIssue({ code: 'custom', message: target });
      return z.NEVER;
    });
}

type Entry = {
  type?: string;
  command?: string;
  args: string[];
  env: Record<string, string>;
  cwd?: string;
  url?: string;
  headers: Record<string, string>;
};

/** The target of an entry, or what is wrong with it. */
function targetOf({ type, command, args, env, cwd, url, headers }: Entry): ServerTarget | string {
  if (type === 'sse') return 'the transport "sse" is no longer part of MCP: use the server\'s Streamable HTTP address';
  if (command !== undefined && url !== undefined) return 'has both "command" and "url": leave one out';
  if (command !== undefined && (type ?? 'stdio') === 'stdio') return { kind: 'stdio', command, args, env, cwd };
  if (url !== undefined && type !== 'stdio') return { kind: 'http', url, headers };
  return type === undefined || type === 'stdio' ? 'needs "command", or "url" for a remote server' : 'needs "url"';
}
