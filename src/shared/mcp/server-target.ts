import type { ServerDefinition } from './server-definition.ts';

/** Where an MCP server is reached: in this process, as a child process, or at an address. */
export type ServerTarget =
  | { kind: 'in-process'; definition: ServerDefinition }
  | { kind: 'stdio'; command: string; args: string[]; env: Record<string, string>; cwd?: string }
  | { kind: 'http'; url: string; headers: Record<string, string> };
