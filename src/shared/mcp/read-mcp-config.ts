import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { describeError, FleetError } from '../errors.ts';
import { toConfiguredServer } from './config/configured-from-entry.ts';
import { entrySchema } from './config/entry-schema.ts';
import type { Environment } from './config/expand-variables.ts';
import { stripComments } from './config/strip-comments.ts';
import type { ConfiguredServer } from './configured-server.ts';

/** Where clients keep their servers: Claude and Cursor, VS Code's mcp.json, VS Code's settings.json. */
const SECTIONS = ['mcpServers', 'servers', 'mcp.servers'] as const;

/**
 * Reads a file in the form that other MCP clients use. Throws FleetError `config_invalid` that names the file and every faulty
 * field. `env` is what `${NAME}` and `${env:NAME}` in its texts stand for; `onFile` is told of every further file that was read once
 * and for all: when one of those changes, this is to be read again.
 */
export function readMcpConfig(path: string, env: Environment, onFile?: (path: string) => void): ConfiguredServer[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new FleetError('config_invalid', `MCP_CONFIG ${path} cannot be read: ${describeError(cause)}`, { cause });
  }
  return parseMcpConfig(text, { path, env, onFile });
}

/** The same from a text; `path` is for the messages and for what is relative to the file. */
export function parseMcpConfig(
  text: string,
  { path, env, onFile }: { path: string; env: Environment; onFile?: (path: string) => void },
): ConfiguredServer[] {
  const { section, entries } = findServers(parseJson(text, path), path);
  const schema = z.record(
    z.string().regex(/^\P{C}{1,64}$/u, 'is no name for a server: use at most 64 visible characters'),
    entrySchema({ env, folder: dirname(resolve(path)), onFile }).transform((entry, context) => {
      const server = toConfiguredServer(entry);
      if (typeof server !== 'string') return server;
      context.addIssue({ code: 'custom', message: server });
      return z.NEVER;
    }),
  );
  const parsed = schema.safeParse(entries);
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${[section, ...issue.path].join('.')}: ${issue.message}`);
    throw invalid(path, faults.join('; '));
  }
  return Object.entries(parsed.data).flatMap(([name, make]) => make(name) ?? []);
}

/** A file with servers in two sections would leave open which of them are meant. */
function findServers(file: unknown, path: string): { section: string; entries: unknown } {
  const found = SECTIONS.map((section) => ({ section, entries: valueAt(file, section) })).filter(
    ({ entries }) => entries !== undefined,
  );
  const [first, second] = found;
  if (!first)
    throw invalid(path, '(top): expected an object with the field "mcpServers" (or "servers", as VS Code has it)');
  if (second) throw invalid(path, `(top): has both "${first.section}" and "${second.section}": leave one out`);
  return first;
}

function valueAt(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce((inner: unknown, key) => (inner as Record<string, unknown> | null | undefined)?.[key], value);
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(stripComments(text));
  } catch (cause) {
    throw new FleetError('config_invalid', `MCP_CONFIG ${path} is not JSON: ${describeError(cause)}`, { cause });
  }
}

function invalid(path: string, faults: string): FleetError {
  return new FleetError('config_invalid', `MCP_CONFIG ${path} is not valid: ${faults}`);
}
