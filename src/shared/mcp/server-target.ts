import type { ServerDefinition } from './server-definition.ts';

/** How a remote server is told who asks; every secret may be the path of a file, which is read again when it changes. */
export type TargetAuth =
  | { type: 'bearer'; tokenFile: string }
  | {
      type: 'client_credentials';
      tokenUrl: string;
      clientId: string;
      clientSecret?: string;
      clientSecretFile?: string;
      scope?: string;
      audience?: string;
    };

/**
 * Which generation of MCP is spoken: `auto` begins with the sessions of 2025-11-25 and older and goes over to the stateless
 * protocol of 2026-07-28 where the server says that it speaks nothing else.
 */
export type ProtocolChoice = 'auto' | 'legacy' | 'modern';

/** Where an MCP server is reached: in this process, as a child process, or at an address. */
export type ServerTarget =
  | { kind: 'in-process'; definition: ServerDefinition }
  | {
      kind: 'stdio';
      command: string;
      args: string[];
      env: Record<string, string>;
      cwd?: string;
      protocol?: ProtocolChoice;
    }
  | {
      kind: 'http';
      url: string;
      /** `${file:/path}` in a value stands for what is in the file at the time of the request. */
      headers: Record<string, string>;
      auth?: TargetAuth;
      protocol?: ProtocolChoice;
    };

/** A target in a few words without its secrets: for metrics, logs and people. */
export function describeTarget(target: ServerTarget): string {
  if (target.kind === 'in-process') return 'in-process';
  if (target.kind === 'stdio') return 'stdio';
  const url = URL.parse(target.url);
  return url ? `${url.host}${url.pathname === '/mcp' ? '' : url.pathname}` : 'http';
}
