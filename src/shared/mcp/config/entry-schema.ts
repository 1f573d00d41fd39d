import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { parseEnv } from 'node:util';
import { z } from 'zod';
import { describeError } from '../../errors.ts';
import type { Capability } from '../capabilities.ts';
import { CAPABILITY_NAMES } from '../configured-server.ts';
import { callScopeSchema } from '../guard/check-scope.ts';
import { KNOWN_MAPS } from '../maps/index.ts';
import { serverPolicySchema } from '../policies/server-policy.ts';
import { endpointSourceSchema } from '../replicas/endpoint-source.ts';
import { expandButFiles, expandVariables, type VariableScope } from './expand-variables.ts';
import { mappingSchema } from './mapping-schema.ts';

const isHttpUrl = z.url({ protocol: /^https?$/, error: 'is not an http(s) URL' });
const toolNames = z.array(z.string().min(1)).default([]);

/** The form of one server's entry. Unknown fields are let through: the file is shared with other clients, which have their own. */
export function entrySchema(scope: VariableScope) {
  const text = expanded(scope, expandVariables);
  const secret = expanded(scope, expandButFiles);
  const url = text.pipe(isHttpUrl);
  const headers = z.record(z.string(), secret).default({});
  return z.object({
    type: z.enum(['stdio', 'http', 'streamable-http', 'streamableHttp', 'sse']).optional(),
    command: text.optional(),
    args: z.array(text).default([]),
    env: z.record(z.string(), text).default({}),
    envFile: text.transform((path, context) => readEnvFile(path, scope, context)).optional(),
    cwd: text.optional(),
    url: url.optional(),
    headers,
    disabled: z.boolean().default(false),
    /** Ours, from here on. */
    values: z.record(z.string(), text).default({}),
    endpoints: z
      .array(z.union([url, z.object({ url, headers: headers.optional() })]))
      .min(1)
      .optional(),
    discover: endpointSourceSchema.optional(),
    auth: authSchema(text).optional(),
    protocol: z.enum(['auto', 'legacy', 'modern']).optional(),
    map: z.enum(Object.keys(KNOWN_MAPS) as [string, ...string[]]).optional(),
    capabilities: z
      .partialRecord(z.enum(CAPABILITY_NAMES as [Capability, ...Capability[]]), z.unknown())
      .default({})
      .transform(mappingSchema),
    tools: z.strictObject({ allow: toolNames, readOnly: toolNames }).optional(),
    scope: callScopeSchema.optional(),
    policy: serverPolicySchema.optional(),
    cost: z.number().min(0).max(1000).optional(),
  });
}
export type Entry = z.output<ReturnType<typeof entrySchema>>;

function expanded(scope: VariableScope, expand: typeof expandVariables) {
  return z
    .string()
    .transform((value, context) => expand(value, scope, (message) => context.addIssue({ code: 'custom', message })));
}

function authSchema(text: z.ZodType<string>) {
  const file = text.refine(isReadable, { error: 'is not a readable file' });
  return z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('bearer'), tokenFile: file }),
    z
      .strictObject({
        type: z.literal('client_credentials'),
        tokenUrl: text.pipe(isHttpUrl),
        clientId: text,
        clientSecret: text.optional(),
        clientSecretFile: file.optional(),
        scope: z.string().optional(),
        audience: z.string().optional(),
      })
      .refine(
        ({ clientSecret, clientSecretFile }) => (clientSecret === undefined) !== (clientSecretFile === undefined),
        {
          error: 'needs one of "clientSecret" and "clientSecretFile"',
        },
      ),
  ]);
}

function isReadable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The variables of a .env file; a relative path begins at the folder of the configuration file. */
function readEnvFile(
  path: string,
  { folder, onFile }: VariableScope,
  context: z.RefinementCtx,
): Record<string, string> {
  const file = isAbsolute(path) ? path : join(folder, path);
  onFile?.(file);
  try {
    return parseEnv(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    context.addIssue({ code: 'custom', message: `cannot be read: ${describeError(error)}` });
    return {};
  }
}
