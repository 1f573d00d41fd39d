import { fileURLToPath } from 'node:url';
import type { ServerTarget } from '../../../../../src/shared/mcp/server-target.ts';

const script = fileURLToPath(new URL('./fixture-process.ts', import.meta.url));

/** The fixture as a child process. */
export function stdioTarget(...args: string[]): ServerTarget {
  return { kind: 'stdio', command: process.execPath, args: [script, ...args], env: {} };
}
