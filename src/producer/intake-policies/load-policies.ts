import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import type { z } from 'zod';
import { FleetError, toError } from '../../shared/errors.ts';
import { type IntakePolicies, policiesSchema } from './policy-schema.ts';

/** The file that holds where INTAKE_POLICIES names none. */
export const DEFAULT_POLICIES = fileURLToPath(new URL('./default.yaml', import.meta.url));

/**
 * Reads the intake policies: the built-in ones, and over them whatever the named file gives (a part that it leaves out stays
 * as it is built in). Throws one FleetError `config_invalid` that lists every fault with its place and remedy.
 */
export function loadPolicies(path: string | null): IntakePolicies {
  const builtIn = readYaml(DEFAULT_POLICIES) as Record<string, unknown>;
  if (path === null) return checked(DEFAULT_POLICIES, builtIn);
  const given = readYaml(path);
  if (!isRecord(given)) throw invalid(path, ['it is not a set of policies: begin with a copy of the built-in file']);
  return checked(path, overlaid(builtIn, given));
}

/** `defaults`, `budgets` and their like may be given in part too, and so may the parts of theirs. */
function overlaid(builtIn: Record<string, unknown>, given: Record<string, unknown>): Record<string, unknown> {
  const merged = Object.entries(given).map(([name, value]) => {
    const known = builtIn[name];
    return [name, isRecord(known) && isRecord(value) ? overlaid(known, value) : value];
  });
  return { ...builtIn, ...Object.fromEntries(merged) };
}

function checked(path: string, content: unknown): IntakePolicies {
  const parsed = policiesSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw invalid(path, parsed.error.issues.map(describeIssue));
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const place = issue.path.join('.') || 'the file';
  if (issue.code === 'unrecognized_keys')
    return `${place} has ${issue.keys.map((key) => `"${key}"`).join(', ')}, which is not known: see the built-in file for the names`;
  if (issue.code === 'invalid_type')
    return `${place} is missing or not ${article(issue.expected)}: see the built-in file`;
  return `${place} ${issue.message}`;
}

const article = (word: string) => `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;

function invalid(path: string, faults: string[]): FleetError {
  return new FleetError(
    'config_invalid',
    `the intake policies in ${path} have ${faults.length} fault(s):\n- ${faults.join('\n- ')}`,
  );
}

function readYaml(path: string): unknown {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw invalid(path, [`it cannot be read: ${toError(error).message.split('\n')[0]}`]);
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
