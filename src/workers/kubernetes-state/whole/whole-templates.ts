import { binaryBytes, parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import type { Container, KubernetesState, PodTemplate, Reference, Workload } from '../kubernetes-state.ts';
import { recordAt, recordsAt, textMapAt, textsAt } from '../raw.ts';
import { objectNamed, selects } from '../relations.ts';
import { mayList } from './whole-rights.ts';

/** What templates may hold to be judged here; whatever else they hold may be wrong in ways that nothing shown tells. */
const OF_WORKLOAD =
  /^(?:replicas|selector|template|strategy|updateStrategy|serviceName|volumeClaimTemplates|revisionHistoryLimit|minReadySeconds|progressDeadlineSeconds|podManagementPolicy)$/;
const OF_POD =
  /^(?:containers|securityContext|volumes|serviceAccountName|terminationGracePeriodSeconds|restartPolicy|automountServiceAccountToken|enableServiceLinks)$/;
const OF_CONTAINER =
  /^(?:name|image|imagePullPolicy|command|args|env|envFrom|ports|readinessProbe|livenessProbe|startupProbe|resources|volumeMounts)$/;
const OF_VOLUME = /^(?:name|configMap|secret|persistentVolumeClaim|emptyDir)$/;

const only = (value: unknown, known: RegExp): boolean => Object.keys(recordAt(value)).every((key) => known.test(key));

/** Images that everybody knows: the port on which they listen, and what they do not start without. */
const IMAGES: readonly { image: RegExp; port?: number; needs?: RegExp; idle?: boolean }[] = [
  { image: /nginx-unprivileged$/, port: 8080 },
  { image: /(?:^|\/)(?:nginx|httpd|caddy)$/, port: 80 },
  { image: /(?:^|\/)(?:redis|valkey|keydb)$/, port: 6379 },
  { image: /(?:^|\/)memcached$/, port: 11211 },
  { image: /(?:^|\/)mongo$/, port: 27017 },
  { image: /(?:^|\/)rabbitmq$/, port: 5672 },
  { image: /(?:^|\/)postgres$/, port: 5432, needs: /^POSTGRES_(?:PASSWORD|PASSWORD_FILE|HOST_AUTH_METHOD)$/ },
  {
    image: /(?:^|\/)(?:mysql|mariadb)$/,
    port: 3306,
    needs:
      /^(?:MYSQL|MARIADB)_(?:ROOT_PASSWORD|ROOT_PASSWORD_FILE|ALLOW_EMPTY_(?:ROOT_)?PASSWORD|RANDOM_ROOT_PASSWORD)$/,
  },
  // A shell without anything to do ends at once.
  { image: /(?:^|\/)(?:busybox|alpine|ubuntu|debian|centos|fedora|bash|python|node|ruby|golang|curl)$/, idle: true },
];

/** True where everything in a workload is understood, and what it refers to is there: its selector, ports, keys, volumes and accounts. */
export function isWholeWorkload(state: KubernetesState, workload: Workload): boolean {
  const { template, raw, selector, kind, desired } = workload;
  const spec = recordAt(raw, 'spec');
  const pod = recordAt(spec, 'template', 'spec');
  const known =
    only(spec, OF_WORKLOAD) &&
    only(recordAt(spec, 'selector'), /^matchLabels$/) &&
    only(pod, OF_POD) &&
    only(recordAt(pod, 'securityContext'), /^(?:fsGroup|fsGroupChangePolicy)$/) &&
    recordsAt(pod, 'containers').every((one) => only(one, OF_CONTAINER)) &&
    recordsAt(pod, 'volumes').every((one) => only(one, OF_VOLUME));
  return (
    known &&
    template !== null &&
    (kind === 'Deployment' || kind === 'StatefulSet') &&
    (desired ?? 1) > 0 &&
    selects(selector, template.labels) &&
    template.containers.every((one) => isWholeContainer(state, workload, template, one)) &&
    template.volumes.every(
      ({ claim, reference, items }) =>
        (claim === null || objectOf(state, 'PersistentVolumeClaim', claim, workload)) &&
        (reference === null ||
          (items.every((key) => isThere(state, { ...reference, key }, workload)) &&
            isThere(state, reference, workload))),
    ) &&
    (template.serviceAccount === null ||
      template.serviceAccount === 'default' ||
      objectOf(state, 'ServiceAccount', template.serviceAccount, workload))
  );
}

const objectOf = (state: KubernetesState, kind: string, own: string, { namespace }: Workload): boolean =>
  kind === 'PersistentVolumeClaim'
    ? state.claims.some((one) => one.name === own)
    : objectNamed(state, kind, own, namespace) !== null;

/** A ConfigMap or Secret with the key that is asked of it; what may be missing does not have to be there. */
function isThere(state: KubernetesState, { kind, name, key, optional }: Reference, { namespace }: Workload): boolean {
  const found = objectNamed(state, kind, name, namespace);
  if (!found) return optional;
  const keys = ['data', 'stringData', 'binaryData'].flatMap((part) => Object.keys(textMapAt(found.raw, part)));
  return key === null || optional || keys.includes(key);
}

function isWholeContainer(
  state: KubernetesState,
  workload: Workload,
  { volumes }: PodTemplate,
  container: Container,
): boolean {
  const { env, envFrom, mounts, ports, probes } = container;
  const stores = new Set([...volumes, ...workload.claimTemplates].map((one) => one.name));
  return (
    isWholeImage(container) &&
    hasOwnFolder(container) &&
    does(container, (words) => asksWithin(state, workload, words)) &&
    env.every(({ from }) => from === null || isThere(state, from, workload)) &&
    envFrom.every((reference) => isThere(state, reference, workload)) &&
    mounts.every(({ volume, subPath }) => stores.has(volume) && subPath === null) &&
    probes.every(
      ({ type, port, kind, periodSeconds, failureThreshold }) =>
        (type === 'exec'
          ? asksItself(workload, container, kind)
          : (type === 'http' || type === 'tcp') &&
            ports.some((one) => String(one.port) === port || one.name === port)) &&
        (kind === 'readiness' || (periodSeconds ?? 10) * (failureThreshold ?? 3) >= PATIENT),
    )
  );
}

/** The servers that are asked by a client of their own, and how. */
const ASKED: readonly { image: RegExp; by: RegExp }[] = [
  { image: /postgres/, by: /^pg_isready(?: -[hUdp] [\w.-]{1,60})*$/ },
  { image: /redis|valkey|keydb/, by: /^(?:redis|valkey|keydb)-cli ping$/ },
  { image: /mysql|mariadb/, by: /^(?:mysqladmin|mariadb-admin) ping(?: -[hup] ?[\w.-]{0,60})*$/ },
  { image: /rabbitmq/, by: /^rabbitmq-diagnostics (?:-q )?(?:ping|check_running|check_port_connectivity)$/ },
];

/** A probe that asks a known server by the client that its image brings along. */
function asksItself({ raw }: Workload, { name, image }: Container, kind: string): boolean {
  const own = recordsAt(raw, 'spec', 'template', 'spec', 'containers').find((one) => one.name === name);
  const command = textsAt(own, `${kind}Probe`, 'exec', 'command').join(' ');
  return ASKED.some((one) => one.image.test(image ?? '') && one.by.test(command));
}

/** A fresh volume has a directory of its own (`lost+found`), beside which PostgreSQL makes no cluster. */
const OF_POSTGRES = '/var/lib/postgresql/data';
const hasOwnFolder = ({ image, mounts, env }: Container): boolean =>
  !/(?:^|\/)postgres(?::|@|$)/.test(image ?? '') ||
  !mounts.some(({ path }) => path.replace(/\/$/, '') === OF_POSTGRES) ||
  env.some(({ name, value }) => name === 'PGDATA' && (value ?? '').startsWith(`${OF_POSTGRES}/`));

/** A probe that gives a container less time than this before it is restarted may be what restarts it, s. */
const PATIENT = 15;

function isWholeImage({ image, ports, env, command, args }: Container): boolean {
  const plain = (image ?? '').replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  const known = IMAGES.find((one) => one.image.test(plain));
  if (plain === '') return false;
  if (!known) return true;
  return (
    (!known.port || command.length > 0 || ports.length === 0 || ports.some(({ port }) => port === known.port)) &&
    (!known.needs || env.some(({ name }) => known.needs?.test(name))) &&
    !(known.idle && command.length === 0 && args.length === 0)
  );
}

/** Servers that are started with settings, and a setting of memory that has to fit into the limit. */
const SERVER =
  /^(?:\/\S{1,60}\/)?(?:redis-server|valkey-server|memcached|nginx|postgres|mongod|mysqld|httpd-foreground)$/;
const MEMORY = /--maxmemory[ =](\d+(?:\.\d+)?[kmg]?)b?\b/i;
/** A shell that asks again and again, and all that it does meanwhile. */
const SHELL = /^(?:\/bin\/)?(?:ba|da)?sh$/;
const OF_LOOPS =
  /^(?:while|until|do|done|if|then|else|fi|true|:|!|\[|\]|sleep|echo|printf|date|wget|curl|nc|test|exec)$/;

/** True for a container that runs its image as it is, a known server with settings that fit, or a shell that does nothing but ask and wait. */
function does({ command, args, limits }: Container, mayAsk: (words: string[]) => boolean): boolean {
  if (command.length === 0 && args.every((one) => /^-/.test(one) || !/[\s;|&]/.test(one))) return fits(args, limits);
  const [program = '', ...rest] = [...command, ...args];
  if (SERVER.test(program)) return fits(rest, limits);
  return (
    SHELL.test(program) && rest.length === 2 && /^-[ec]{1,3}$/.test(rest[0] ?? '') && isLoop(rest[1] ?? '', mayAsk)
  );
}

function fits(args: string[], limits: Record<string, string>): boolean {
  const asked = MEMORY.exec(args.join(' '))?.[1];
  const limit = parseKubernetesQuantity(limits.memory ?? '');
  return asked === undefined || limit === null || binaryBytes(asked.toUpperCase()) < limit;
}

/** `kubectl get pods -n own`, which the account of a workload may ask in its own namespace. */
function asksWithin(state: KubernetesState, workload: Workload, [verb, resource = '', ...flags]: string[]): boolean {
  const own = flags.every((flag, at) => flag === '-n' || (flags[at - 1] === '-n' && flag === workload.namespace));
  return verb === 'get' && own && mayList(state, workload, resource);
}

/** An endless loop of which every command is one that only asks, waits or tells. */
function isLoop(script: string, mayAsk: (words: string[]) => boolean): boolean {
  const code = script
    .slice(0, 4000)
    .replace(/"[^"\n]*"|'[^'\n]*'/g, 'text')
    .replace(/\d?>{1,2} ?(?:&\d|\/dev\/null)/g, '');
  const words = code.split(/(?:\n|;|&&|\|\||\|)/).flatMap((part) => {
    const parts = part.trim().split(/\s+/);
    const from = parts.findIndex((word) => !/^(?:while|until|do|if|then|else|!)$/.test(word));
    return part.trim() === '' ? [] : [{ word: parts[Math.max(0, from)] ?? '', rest: parts.slice(from + 1) }];
  });
  return (
    /\bwhile (?:true|:)/.test(code) &&
    words.every(({ word, rest }) => (word === 'kubectl' ? mayAsk(rest) : OF_LOOPS.test(word)))
  );
}
