import type { AlertClass } from '../../shared/alert.ts';
import type { Container, EnvVar, PodTemplate, Reference } from './kubernetes-state.ts';
import { name, quote } from './quote.ts';
import type { Revision } from './revisions.ts';

/** One thing in which the pods of a workload are made otherwise than before its last rollout. */
export type Difference = {
  /** True where it was there and is no more; false where it is another. */
  lost: boolean;
  class: AlertClass;
  /** What it is: a clause, with `before` where the revision stands that had it. */
  text: (before: string) => string;
  /** Names and values by which somebody who suffers from it may speak of it. */
  words: string[];
};

/** In what the pods are made otherwise than before, of what both tell; lost things first. */
export function differences({ now, before }: { now: Revision; before: Revision }): Difference[] {
  const found = before.template.containers.flatMap((old) => {
    const fresh = sameContainer(old, now.template.containers);
    return fresh ? containerDifferences(old, fresh, now) : [];
  });
  const made = now.tells === 'environment' ? [] : volumes(before.template, now.template);
  return [...found, ...made].toSorted((left, right) => Number(right.lost) - Number(left.lost));
}

/** The container of that name; the only one where one of them has no name. */
const sameContainer = ({ name: own }: Container, all: Container[]): Container | undefined =>
  all.find((one) => one.name === own) ?? (all.length === 1 && all[0]?.name === '' ? all[0] : undefined);

function containerDifferences(old: Container, fresh: Container, { tells }: Revision): Difference[] {
  const environment = variables(old, fresh, tells);
  if (tells === 'environment') return environment;
  return [
    ...environment,
    ...sources(old, fresh),
    ...commandLine(old, fresh),
    ...(old.image && fresh.image && old.image !== fresh.image && isNamed(old.image, fresh.image)
      ? [changed('application', 'its image', old.image, fresh.image)]
      : []),
    ...mounts(old, fresh),
    ...(tells === 'template' ? [...limits(old, fresh), ...ports(old, fresh)] : []),
  ];
}

/** A pod may tell its image by digest, or with the registry that a mirror put before it. */
const isNamed = (old: string, fresh: string): boolean =>
  !fresh.endsWith(`/${old}`) && !old.endsWith(`/${fresh}`) && old.includes('@') === fresh.includes('@');

const changed = (is: AlertClass, what: string, old: string, fresh: string): Difference => ({
  lost: false,
  class: is,
  text: (before) =>
    isShort(old) && isShort(fresh)
      ? `${what} was ${name(old)} in ${before} and is ${name(fresh)} now`
      : `${what} is another than in ${before}`,
  words: [old, fresh],
});

const lost = (is: AlertClass, what: string, gone: string, words: string[]): Difference => ({
  lost: true,
  class: is,
  text: (before) => `${what}, which ${before} had, ${gone}`,
  words,
});

/** True for what may stand in a sentence: no long text, and no address with a password in it. */
const isShort = (value: string): boolean =>
  value !== '' && value.length <= 60 && !value.includes('\n') && !/:\/\/[^/\s]*@/.test(value);
/** Names of variables whose values are nobody's business. */
const SECRET = /PASS|SECRET|TOKEN|KEY|CRED|DSN|AUTH|PRIVATE/i;
const sourceOf = ({ from }: EnvVar): string =>
  from ? `the key ${name(from.key ?? '')} of ${from.kind} ${name(from.name)}` : '';

function variables(old: Container, fresh: Container, tells: Revision['tells']): Difference[] {
  return old.env.flatMap((variable) => {
    const { name: own, value, from } = variable;
    const found = fresh.env.find((one) => one.name === own);
    if (!found)
      return [lost('application', `the environment variable ${name(own)}`, 'is not set any more', [own, value ?? ''])];
    if (from && found.from) {
      const same = from.kind === found.from.kind && from.name === found.from.name && from.key === found.from.key;
      return same
        ? []
        : [
            {
              ...changed('application', `the source of ${name(own)}`, sourceOf(variable), sourceOf(found)),
              words: [own, from.name, found.from.name],
            },
          ];
    }
    // What a container itself tells of its environment has values in place of references.
    if (from || found.from || (tells === 'environment' && value === null)) return [];
    if ((value ?? '') === (found.value ?? '')) return [];
    const what = `the environment variable ${name(own)}`;
    if (!found.value) return [lost('application', `the value of ${what}`, 'is empty now', [own])];
    const told = changed(
      'application',
      what,
      SECRET.test(own) ? '' : (value ?? ''),
      SECRET.test(own) ? '' : found.value,
    );
    return [{ ...told, words: [own, value ?? '', found.value] }];
  });
}

/** Names of generated objects end in a hash of what they hold. */
const bare = (own: string): string => own.replace(/-[a-z0-9]{8,10}$/, '');

function sources(old: Container, fresh: Container): Difference[] {
  const has = (all: Reference[], one: Reference) =>
    all.some((other) => other.kind === one.kind && bare(other.name) === bare(one.name));
  return old.envFrom
    .filter((one) => !has(fresh.envFrom, one))
    .map(({ kind, name: own }) =>
      lost('application', `the environment from ${kind} ${name(own)}`, 'is not taken from there any more', [own]),
    );
}

/** `--port=80` and `--port 80` as name and value. */
function options(container: Container): Map<string, string> {
  const words = [...container.command, ...container.args];
  return new Map(
    words.flatMap((word, at) => {
      const [, flag, value] = /^(--?[A-Za-z][\w.-]*)(?:=([\s\S]*))?$/.exec(word) ?? [];
      if (!flag) return [];
      const next = words[at + 1] ?? '';
      return [[flag, value ?? (next.startsWith('-') ? '' : next)] as const];
    }),
  );
}

function commandLine(old: Container, fresh: Container): Difference[] {
  const [had, has] = [options(old), options(fresh)];
  const found = [...had].flatMap(([flag, value]) => {
    const present = has.get(flag);
    const what = `the argument ${name(flag)}`;
    if (present === undefined) return [lost('application', what, 'is not given any more', [flag, value])];
    if (present === value) return [];
    return [
      {
        ...changed('application', what, SECRET.test(flag) ? '' : value, SECRET.test(flag) ? '' : present),
        words: [flag, value, present],
      },
    ];
  });
  if (found.length > 0) return found;
  const line = ({ command, args }: Container) => [...command, ...args].join(' ');
  return line(old) === line(fresh)
    ? []
    : [changed('application', 'its command', line(old) && quote(line(old), 60), line(fresh) && quote(line(fresh), 60))];
}

const OF_KUBELET = '/var/run/secrets/kubernetes.io/serviceaccount';

const mounts = (old: Container, fresh: Container): Difference[] =>
  old.mounts
    .filter(({ path }) => path !== OF_KUBELET && !fresh.mounts.some((one) => one.path === path))
    .map(({ volume, path }) =>
      lost('infrastructure', `the mount ${name(path)} of volume ${name(volume)}`, 'is not there any more', [
        path,
        volume,
      ]),
    );

function volumes(old: PodTemplate, fresh: PodTemplate): Difference[] {
  return old.volumes.flatMap(({ name: own, claim, reference }) => {
    const found = fresh.volumes.find((one) => one.name === own);
    const [had, has] = [claim ?? reference?.name, found?.claim ?? found?.reference?.name];
    if (!had || !has || bare(had) === bare(has)) return [];
    return [changed('infrastructure', `what volume ${name(own)} holds`, had, has)];
  });
}

const limits = (old: Container, fresh: Container): Difference[] =>
  ['memory', 'cpu'].flatMap((resource) => {
    const [had, has] = [old.limits[resource], fresh.limits[resource]];
    return had && has && had !== has ? [changed('resource', `its ${resource} limit`, had, has)] : [];
  });

function ports(old: Container, fresh: Container): Difference[] {
  const list = ({ ports: all }: Container) => all.map(({ port }) => port).join(', ');
  return old.ports.length > 0 && fresh.ports.length > 0 && list(old) !== list(fresh)
    ? [changed('infrastructure', 'its container port', list(old), list(fresh))]
    : [];
}
