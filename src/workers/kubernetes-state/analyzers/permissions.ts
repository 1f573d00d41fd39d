import { isKubernetesName } from '../../detectors/support/names.ts';
import { shellCommand } from '../../detectors/support/shell.ts';
import { changeAction } from '../actions.ts';
import { groupsOfResource } from '../api-groups.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta, PodTemplate } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { recordAt, recordsAt, textAt, textMapAt, textsAt } from '../raw.ts';
import { kindOf } from '../read/kind-names.ts';
import { namesOf, sameNamespace, templatesOf } from '../relations.ts';

/** Finds service accounts that lack permission: the API's refusal in logs and events, or kubectl calls that no role allows. */
export const permissions: Analyzer = (context) => {
  const told = refusals(context.state);
  return told.length > 0
    ? told.slice(0, 3)
    : templatesOf(context.state)
        .flatMap(({ owner, template }) => missingVerbs(context, owner, template))
        .slice(0, 3);
};

const MAX_LINE = 2000;
const REFUSED =
  /(?:\b([\w.-]{1,253}) is forbidden: )?User "system:serviceaccount:([\w.-]+):([\w.-]+)" cannot (\w+) resource "([\w./-]+)"(?: in API group "([^"]*)")?(?:.{0,20}in the namespace "([\w.-]+)")?/;

function refusals(state: KubernetesState): Diagnosis[] {
  const lines = [
    ...state.logs.flatMap((log) =>
      log.lines.map((line) => ({ line, evidence: log.evidence, pod: log.pod ?? log.service ?? '' })),
    ),
    ...state.events.map((event) => ({ line: event.message, evidence: event.evidence, pod: event.name })),
  ];
  const found = lines.flatMap(({ line, evidence, pod }) => {
    const match = line.includes('system:serviceaccount:') ? REFUSED.exec(line.slice(0, MAX_LINE)) : null;
    return match ? [{ match, evidence, pod, line }] : [];
  });
  const groups = Map.groupBy(found, ({ match }) => match.slice(2, 6).join(' '));
  return [...groups.values()].map((group) => {
    const { match, evidence, pod, line } = group[0]!;
    const [, , namespace = '', account = '', verb = '', resource = ''] = match;
    return toDiagnosis(
      state,
      { namespace, account, verb, resource },
      pod,
      evidence,
      `The API server says: ${quote(line.slice(line.indexOf(match[0])), 200)}`,
      0.92,
    );
  });
}

type Right = { namespace: string; account: string; verb: string; resource: string };

function toDiagnosis(
  state: KubernetesState,
  { namespace, account, verb, resource }: Right,
  who: string,
  evidence: number,
  says: string,
  confidence: number,
): Diagnosis {
  const users = templatesOf(state).filter(
    ({ owner, template }) => template.serviceAccount === account && sameNamespace(owner.namespace, namespace),
  );
  const roles = rolesOf(state, account, namespace);
  const has = roles
    .flatMap(({ raw }) => recordsAt(raw, 'rules'))
    .filter((rule) => textsAt(rule, 'resources').includes(resource))
    .flatMap((rule) => textsAt(rule, 'verbs'));
  const given =
    roles.length > 0
      ? `; its ${roles
          .map((role) => `${role.kind} ${name(role.name)}`)
          .slice(0, 2)
          .join(
            ' and ',
          )} ${has.length > 0 ? `allows only ${[...new Set(has)].join(', ')} on ${resource}${strayGroup(roles, resource)}` : `allows nothing on ${resource}`}`
      : '';
  const strays = roles.length > 0 ? [] : strayBindings(state, account, namespace);
  const stray = strays[0]
    ? `; ${strays[0].binding.kind} ${name(strays[0].binding.name)} binds the ServiceAccount of that name in namespace ${name(strays[0].place)} instead`
    : '';
  return diagnosis({
    kind: 'permission-missing',
    class: 'infrastructure',
    statement: `ServiceAccount ${name(account)}${users[0] ? ` of ${users[0].owner.kind} ${name(users[0].owner.name)}` : who ? ` (used by ${name(who)})` : ''} is not allowed to ${verb} ${resource}${namespace ? ` in namespace ${name(namespace)}` : ''} (RBAC: ${stray ? 'no role is bound to it' : `the ${verb} permission is missing in its role`})${given}${stray}, so its calls are denied (forbidden)${says ? `. ${says}` : ''}`,
    component: users[0] ? (namesOf(users[0].owner).at(-1) ?? account) : account,
    namespace: namespace || null,
    touches: [
      account,
      who,
      ...users.flatMap(({ owner }) => namesOf(owner)),
      ...[...roles, ...strays.map(({ binding }) => binding)].map((one) => one.name),
    ],
    confidence,
    evidence: [evidence, ...users.flatMap(({ owner }) => owner.evidence), ...roles.flatMap((role) => role.evidence)],
    actions: rightActions(namespace, account, verb, resource),
    prevention: ['Test the rights of service accounts with "kubectl auth can-i" in the pipeline.'],
  });
}

function rightActions(namespace: string, account: string, verb: string, resource: string) {
  const names = [namespace, account, verb, resource].every((one) => isKubernetesName(one));
  const ask = names
    ? shellCommand(
        'kubectl',
        'auth',
        'can-i',
        verb,
        resource,
        '--namespace',
        namespace,
        `--as=system:serviceaccount:${namespace}:${account}`,
      )
    : null;
  return [
    { title: 'Ask whether the account may do it', command: ask, risk: null },
    changeAction(
      'Add the verb to the role of the account',
      'Widens the rights of the account; keep it to this verb and resource.',
    ),
  ];
}

/** Bindings in the namespace of an account that name one like it elsewhere. */
function strayBindings(state: KubernetesState, account: string, namespace: string): { binding: Meta; place: string }[] {
  return (state.others.get('RoleBinding') ?? [])
    .filter((binding) => sameNamespace(binding.namespace, namespace || null))
    .flatMap((binding) =>
      recordsAt(binding.raw, 'subjects').flatMap((subject) => {
        const place = textAt(subject, 'namespace');
        const is = textAt(subject, 'kind') === 'ServiceAccount' && textAt(subject, 'name') === account;
        return is && place && namespace && place !== namespace ? [{ binding, place }] : [];
      }),
    );
}

/** The roles that are bound to an account. */
function rolesOf(state: KubernetesState, account: string, namespace: string): Meta[] {
  const bindings = [...(state.others.get('RoleBinding') ?? []), ...(state.others.get('ClusterRoleBinding') ?? [])];
  const bound = bindings.filter(({ raw }) =>
    recordsAt(raw, 'subjects').some(
      (subject) =>
        textAt(subject, 'kind') === 'ServiceAccount' &&
        textAt(subject, 'name') === account &&
        sameNamespace(textAt(subject, 'namespace'), namespace || null),
    ),
  );
  return bound.flatMap(({ raw }) => {
    const [kind, role] = [textAt(raw, 'roleRef', 'kind') ?? 'Role', textAt(raw, 'roleRef', 'name')];
    return (state.others.get(kind) ?? []).filter((one) => one.name === role);
  });
}

/** `kubectl get pods` in a command needs `get` and `list`; a program that only names resources is not judged. */
const CALL =
  /\bkubectl\s+(get|list|describe|delete|create|apply|patch|scale|logs|exec|watch|top)\s+(?:-\S+\s+)*([a-z]+(?:\.[a-z.]+)?)(?:\/\S+)?(?:\s+([a-z][a-z0-9.-]*))?/g;

function missingVerbs({ state }: Context, owner: Meta, template: PodTemplate): Diagnosis[] {
  const account = template.serviceAccount;
  const namespace = owner.namespace;
  if (!account || (state.others.get('Role') ?? []).length + (state.others.get('ClusterRole') ?? []).length === 0)
    return [];
  const rules = rolesOf(state, account, namespace ?? '').flatMap(({ raw }) => recordsAt(raw, 'rules'));
  const mounted = template.volumes.flatMap(({ reference }) =>
    (state.others.get(reference?.kind ?? '') ?? []).filter((one) => one.name === reference?.name),
  );
  const scripts = mounted.flatMap(({ raw }) => Object.values(textMapAt(raw, 'data')));
  const commands = [...template.containers.flatMap(({ command, args }) => [...command, ...args]), ...scripts]
    .join('\n')
    .slice(0, 100_000);
  const needed = [
    ...[...commands.matchAll(CALL)].flatMap(([, verb = '', resource = '', named]) =>
      need(state, verb, resource, named),
    ),
    ...[...commands.matchAll(CLIENT_CALL)].flatMap(([, verb = '', resource = '']) => clientNeed(verb, resource)),
    ...[...commands.matchAll(API_PATH)].map(([, resource = '']) => ({ verb: 'list', resource })),
  ];
  const lacking = needed.find(({ verb, resource }) => !rules.some((rule) => grants(rule, verb, resource)));
  if (!lacking || (rules.length === 0 && !state.desiredOnly)) return [];
  return [
    {
      ...toDiagnosis(
        state,
        { namespace: namespace ?? '', account, ...lacking },
        owner.name,
        owner.evidence[0] ?? 0,
        '',
        0.8,
      ),
    },
  ];
}

/** Calls of the API's client libraries (`list_namespaced_pod`) and of its paths. */
const CLIENT_CALL = /\b(list|read|create|delete|patch)_(?:namespaced_)?([a-z_]+?)(?:_for_all_namespaces)?\(/g;
const API_PATH = /\/apis?\/(?:[a-z.]+\/)?v\d\w*\/namespaces\/[^/\s"']+\/([a-z]+)(?=["'\s]|$)/g;

function clientNeed(verb: string, resource: string): { verb: string; resource: string }[] {
  const kind = kindOf(resource.replaceAll('_', ''));
  return kind ? [{ verb: verb === 'read' ? 'get' : verb, resource: PLURAL[kind] ?? `${kind.toLowerCase()}s` }] : [];
}

function need(
  state: KubernetesState,
  verb: string,
  resource: string,
  named: string | undefined,
): { verb: string; resource: string }[] {
  const kind = kindOf(resource) ?? kindOf(resource.split('.')[0] ?? '');
  const plural = kind ? (PLURAL[kind] ?? `${kind.toLowerCase()}s`) : inRoles(state, resource);
  if (!plural) return [];
  const verbs = {
    get: named ? 'get' : 'list',
    describe: named ? 'get' : 'list',
    list: 'list',
    watch: 'watch',
    logs: 'get',
    top: 'list',
    exec: 'create',
    apply: 'patch',
    scale: 'patch',
  } as Record<string, string>;
  return [{ verb: verbs[verb] ?? verb, resource: plural }];
}

/** A resource that is no kind of ours but that a role names. */
function inRoles(state: KubernetesState, resource: string): string | null {
  const rules = ['Role', 'ClusterRole'].flatMap((kind) =>
    (state.others.get(kind) ?? []).flatMap(({ raw }) => recordsAt(raw, 'rules')),
  );
  const plain = resource.split('.')[0] ?? '';
  return rules.flatMap((rule) => textsAt(rule, 'resources')).find((one) => one === plain) ?? null;
}

const PLURAL: Record<string, string> = {
  Ingress: 'ingresses',
  NetworkPolicy: 'networkpolicies',
  StorageClass: 'storageclasses',
  Endpoints: 'endpoints',
};

/** The API groups of a rule; the core group is an empty text. */
function groupsOf(rule: unknown): string[] {
  const { apiGroups } = recordAt(rule);
  return Array.isArray(apiGroups) ? apiGroups.map(String) : [];
}

const isAtHome = (home: readonly string[], groups: string[]): boolean =>
  groups.includes('*') || home.some((group) => groups.includes(group));

/** The groups in which a role names a resource, where it is not at home in any of them. */
function strayGroup(roles: Meta[], resource: string): string {
  const home = groupsOfResource(resource);
  const named = roles
    .flatMap(({ raw }) => recordsAt(raw, 'rules'))
    .filter((rule) => textsAt(rule, 'resources').includes(resource));
  const groups = named.flatMap(groupsOf);
  return home === null || groups.length === 0 || isAtHome(home, groups)
    ? ''
    : ` in the wrong API group (${home[0] === '' ? 'it belongs to the core group' : `it belongs to ${home[0]}`})`;
}

function grants(rule: unknown, verb: string, resource: string): boolean {
  const [verbs, resources] = [textsAt(recordAt(rule), 'verbs'), textsAt(recordAt(rule), 'resources')];
  const groups = groupsOf(rule);
  const home = groupsOfResource(resource);
  const inGroup = home === null || groups.length === 0 || isAtHome(home, groups);
  return (
    inGroup &&
    (verbs.includes(verb) || verbs.includes('*')) &&
    (resources.includes(resource) || resources.includes('*'))
  );
}
