import { isIP } from 'node:net';
import { DependencyError, type FailureClass } from '../../../errors.ts';
import type { DatabaseProduct, DatabaseTarget } from './database-target.ts';

/** Names that say nothing about which database is meant. */
const SAYS_NOTHING = new Set([
  '',
  'localhost',
  'postgres',
  'postgresql',
  'redis',
  'database',
  'db',
  'default',
  'template1',
]);

/**
 * The targets of a product that a question is about. Throws DependencyError: `not_found` where no target of any product goes by
 * the names, `bad_request` where it is open which one is meant.
 */
export function chooseTargets(
  targets: readonly DatabaseTarget[],
  product: DatabaseProduct,
  { target, about }: { target?: string; about?: string[] },
): DatabaseTarget[] {
  const own = targets.filter((one) => one.product === product);
  const known = own.map(({ name }) => name).join(', ') || 'none';
  if (target !== undefined) {
    const found = own.filter(({ name }) => name.toLowerCase() === target.toLowerCase());
    if (found.length > 0) return found;
    throw failure('not_found', `there is no ${product} target "${target.slice(0, 100)}" in DATABASE_TARGETS: ${known}`);
  }
  if (about !== undefined) {
    const meant = targets.filter((one) => about.some((name) => goesBy(one, name)));
    if (meant.length > 0) return meant.filter((one) => one.product === product);
    const names = about.map((name) => `"${name.slice(0, 60)}"`).join(', ');
    const all = targets.map(({ name }) => name).join(', ');
    throw failure(
      'not_found',
      `no database target goes by ${names} (there are ${all}): add the name to the "services" of one in DATABASE_TARGETS`,
    );
  }
  if (own.length === 1) return own;
  throw failure('bad_request', `give "target", one of the ${product} targets: ${known}`);
}

const failure = (kind: FailureClass, message: string) => new DependencyError('database', kind, message);

/** Whether a target is what somebody calls by this name. */
export function goesBy(target: DatabaseTarget, name: string): boolean {
  const names = namesOf(target);
  return spellings(name).some((one) => names.has(one));
}

function namesOf({ name, url, product, services }: DatabaseTarget): Set<string> {
  const { hostname, pathname } = new URL(url);
  const database = product === 'postgresql' ? decodeURIComponent(pathname.slice(1)) : '';
  const all = [...hostNames(hostname), database].filter((one) => !SAYS_NOTHING.has(one.toLowerCase()));
  return new Set([name, ...services, ...services.flatMap(hostNames), ...all].map((one) => one.toLowerCase()));
}

/** A host, and the first part of its name, which is the service in Kubernetes and the instance in clouds. */
function hostNames(host: string): string[] {
  const plain = host.replace(/^\[|\]$/g, '');
  return isIP(plain) !== 0 || !plain.includes('.') ? [plain] : [plain, plain.split('.')[0]!];
}

/** The name itself, without a port, as a host, and the workload of a pod. */
function spellings(given: string): string[] {
  const name = given.trim().toLowerCase();
  const host = name.replace(/:\d{1,5}$/, '');
  const all = [
    name,
    ...hostNames(host),
    host.replace(/-\d{1,4}$/, ''),
    host.replace(/-[a-f0-9]{6,10}-[a-z0-9]{5}$/, ''),
  ];
  return [...new Set(all)].filter((one) => !SAYS_NOTHING.has(one));
}
