/**
 * Runs one of our MCP servers alone, for any MCP client.
 *
 *   mcp-server.ts NAME                          over stdio
 *   mcp-server.ts NAME --http PORT [--host H] [--token-file F | --token T]   over Streamable HTTP at /mcp
 *
 * A token on the command line is seen by every user of the machine: prefer the file.
 *
 * Configured by the same environment as the fleet. stdout carries the protocol; everything else goes to stderr.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { loadConfig } from '../src/shared/config.ts';
import { describeError, FleetError } from '../src/shared/errors.ts';
import { serveHttp } from '../src/shared/mcp/sdk/serve-http.ts';
import { serveStdio } from '../src/shared/mcp/sdk/serve-stdio.ts';
import { ownServerByName } from '../src/shared/mcp/servers/index.ts';

const USAGE = 'usage: mcp-server.ts NAME [--http PORT [--host HOST] [--token-file FILE | --token TOKEN]]';

// A library that prints must not end up between two protocol messages.
console.log = console.info = console.debug = console.error;

try {
  await main();
  process.exit(0);
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  const { name, http, host, token } = readArguments();
  const definition = ownServerByName(name, loadConfig());
  if (http === null) return serveStdio(definition, process.stdin, process.stdout);
  const server = await serveHttp(definition, { host, port: http, token });
  process.stderr.write(`MCP server ${name} listens on ${server.url}\n`);
  await stopSignal();
  await server.close();
}

function readArguments() {
  const text = { type: 'string' } as const;
  const options = { http: text, host: text, token: text, 'token-file': text };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const [name] = positionals;
  const http = values.http === undefined ? null : Number(values.http);
  const badPort = http !== null && !(Number.isInteger(http) && http >= 0 && http <= 65535);
  const { host, token, 'token-file': tokenFile } = values;
  const twoTokens = token !== undefined && tokenFile !== undefined;
  if (name === undefined || positionals.length > 1 || badPort || twoTokens)
    throw new FleetError('config_invalid', USAGE);
  return { name, http, host, token: tokenFile === undefined ? token : readToken(tokenFile) };
}

function readToken(path: string): string {
  try {
    const token = readFileSync(path, 'utf8').trim();
    if (token !== '') return token;
  } catch (cause) {
    throw new FleetError('config_invalid', `--token-file ${path} cannot be read: ${describeError(cause)}`, { cause });
  }
  throw new FleetError('config_invalid', `--token-file ${path} is empty: write the token into it`);
}

function stopSignal(): Promise<unknown> {
  return new Promise((resolve) => process.once('SIGTERM', resolve).once('SIGINT', resolve));
}
