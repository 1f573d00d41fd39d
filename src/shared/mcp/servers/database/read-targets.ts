import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describeError, FleetError } from '../../../errors.ts';
import { type Environment, expandVariables, type VariableScope } from '../../config/expand-variables.ts';
import { type DatabaseTarget, PRODUCTS } from './database-target.ts';

/**
 * Reads the file of targets (YAML or JSON: `targets: { name: { url, password | passwordFile, services, caFile } }`). `${NAME}` in its
 * texts stands for a variable of `env`. Throws FleetError `config_invalid` that names the file and every faulty field, never a value.
 */
export function readTargets(path: string, env: Environment): DatabaseTarget[] {
  const scope = { env, folder: dirname(resolve(path)) };
  const parsed = fileSchema(scope).safeParse(readYaml(path));
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path: at, message }) => `${at.join('.') || '(top)'}: ${message}`);
    throw new FleetError('config_invalid', `DATABASE_TARGETS ${path} is not valid: ${faults.join('; ')}`);
  }
  return Object.entries(parsed.data.targets).map(([name, { url, password, passwordFile, services, caFile }]) => ({
    name,
    product: PRODUCTS[new URL(url).protocol]!,
    url,
    password: () => (passwordFile === undefined ? (password ?? null) : readFileSync(passwordFile, 'utf8').trim()),
    services,
    ca: caFile ?? null,
  }));
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? describeError(cause).split('\n')[0];
    throw new FleetError('config_invalid', `DATABASE_TARGETS ${path} cannot be read: ${why}`, { cause });
  }
}

function fileSchema(scope: VariableScope) {
  const text = z
    .string()
    .transform((value, context) =>
      expandVariables(value, scope, (message) => context.addIssue({ code: 'custom', message })),
    );
  const file = text.transform((value) => (isAbsolute(value) ? value : join(scope.folder, value)));
  const target = z
    .strictObject({
      url: text.refine((value) => Object.hasOwn(PRODUCTS, URL.parse(value)?.protocol ?? ''), {
        error: 'is no address of a database: give postgres://user@host:5432/database or redis://host:6379',
      }),
      password: text.optional(),
      passwordFile: file.refine((path) => contentOf(path) !== null, { error: 'is not a readable file' }).optional(),
      services: z.array(z.string().min(1)).default([]),
      caFile: file
        .transform((path, context) => {
          const content = contentOf(path);
          if (content === null) context.addIssue({ code: 'custom', message: 'is not a readable file' });
          return content ?? '';
        })
        .optional(),
    })
    .refine(({ password, passwordFile }) => password === undefined || passwordFile === undefined, {
      error: 'has both "password" and "passwordFile": leave one out',
    });
  const name = z.string().regex(/^[A-Za-z0-9][\w.-]{0,62}$/, 'is no name for a target: letters, digits, dots, dashes');
  return z.strictObject({ targets: z.record(name, target) });
}

function contentOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
