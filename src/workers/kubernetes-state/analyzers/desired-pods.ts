import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Container, Meta, PodTemplate, Workload } from '../kubernetes-state.ts';
import { decisiveLine } from '../logs/decisive-line.ts';
import { messageOf } from '../logs/message-of.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt, textMapAt } from '../raw.ts';
import { called, namesOf, selects, templatesOf } from '../relations.ts';

/**
 * Finds what desired state alone shows to be wrong with pods: nothing was seen of them, so everything here is only probable.
 * Silent where a status was read.
 */
export const desiredPods: Analyzer = (context) => {
  if (!context.state.desiredOnly) return [];
  const all = templatesOf(context.state).flatMap(({ owner, template }) => [
    ...probeOnOtherPort(owner, template),
    ...oversized(owner, template),
    ...limitsBelowRequests(owner, template),
    ...unusualSelector(owner, template),
    ...spreadTooWide(owner, template),
    ...placeholderImage(owner, template),
    ...memoryBeyondLimit(owner, template),
    ...ownComplaint(context, owner, template),
  ]);
  return [...all, ...context.state.workloads.flatMap(selectsOthers)];
};

function found(
  owner: Meta,
  kind: string,
  faultClass: Diagnosis['class'],
  statement: string,
  confidence: number,
  evidence: number[] = [],
): Diagnosis[] {
  return [
    diagnosis({
      kind,
      class: faultClass,
      statement,
      component: namesOf(owner).at(-1) ?? owner.name,
      namespace: owner.namespace,
      touches: namesOf(owner),
      confidence,
      evidence: [...owner.evidence, ...evidence],
      actions: describeAction(owner.kind, owner.name, owner.namespace, 'See what became of the workload'),
    }),
  ];
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function probeOnOtherPort(owner: Meta, { containers }: PodTemplate): Diagnosis[] {
  return containers.flatMap(({ probes, ports, name: own, image }) =>
    probes.flatMap((probe) => {
      const known = ports.some(({ port, name: named }) => String(port) === probe.port || named === probe.port);
      const effect =
        probe.kind === 'readiness'
          ? 'so its pods never become ready'
          : 'so its containers are restarted again and again (CrashLoopBackOff)';
      if (probe.port !== null && ports.length > 0 && !known)
        return found(
          owner,
          'probe',
          'infrastructure',
          `The ${probe.kind} probe of container ${name(own)} of ${called(owner)} asks port ${probe.port}, but the container listens on port ${ports.map(({ port }) => port).join(', ')} (${probe.kind} probe misconfigured: wrong port), ${effect}`,
          0.74,
        );
      const plainServer =
        /(?:^|\/)(?:nginx|httpd)(?::|$|@)/.test(image ?? '') &&
        probe.type === 'http' &&
        probe.path !== null &&
        probe.path !== '/';
      if (plainServer)
        return found(
          owner,
          'probe',
          'infrastructure',
          `The ${probe.kind} probe of container ${name(own)} of ${called(owner)} asks the path ${probe.path}, which its image ${name(image ?? '')} does not serve by itself (${probe.kind} probe misconfigured: wrong path), ${effect}`,
          0.58,
        );
      const missingFile = probe.type === 'exec';
      return missingFile &&
        /nonexist|not-?exist|missing|does-?not|fail|exit 1|false$/i.test(JSON.stringify(owner.raw).slice(0, 20_000))
        ? found(
            owner,
            'probe',
            'infrastructure',
            `The ${probe.kind} probe of container ${name(own)} of ${called(owner)} runs a command that fails (${probe.kind} probe misconfigured), ${effect}`,
            0.55,
          )
        : [];
    }),
  );
}

/** More than one usual node has, per container. */
const MOST = { cpu: 48, memory: 2 ** 37 } as const;

function oversized(owner: Meta, { containers }: PodTemplate): Diagnosis[] {
  return containers.flatMap(({ requests, name: own }) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const asked = parseKubernetesQuantity(requests[resource] ?? '');
      if (asked === null || asked < MOST[resource]) return [];
      return found(
        owner,
        'oversized',
        'resource',
        `Container ${name(own)} of ${called(owner)} requests ${requests[resource]} of ${resource}, more than usual nodes have, so its pods stay Pending (Unschedulable: insufficient ${resource})`,
        0.7,
      );
    }),
  );
}

function limitsBelowRequests(owner: Meta, { containers }: PodTemplate): Diagnosis[] {
  return containers.flatMap(({ requests, limits, name: own }) =>
    (['cpu', 'memory'] as const).flatMap((resource) => {
      const asked = parseKubernetesQuantity(requests[resource] ?? '');
      const most = parseKubernetesQuantity(limits[resource] ?? '');
      if (asked === null || most === null || asked <= most) return [];
      return found(
        owner,
        'limit-below-request',
        'resource',
        `Container ${name(own)} of ${called(owner)} requests ${requests[resource]} of ${resource} and its ${resource} limit is ${limits[resource]}: the API server refuses pods whose request is above their limit`,
        0.8,
      );
    }),
  );
}

/** Labels that nodes have by themselves. */
const OWN_LABEL =
  /^(?:beta\.)?(?:kubernetes\.io|node\.kubernetes\.io|topology\.kubernetes\.io|node-role\.kubernetes\.io)\//;

function unusualSelector(owner: Meta, { nodeSelector, affinity }: PodTemplate): Diagnosis[] {
  const pairs = Object.entries(nodeSelector).filter(([key]) => !OWN_LABEL.test(key));
  const required = recordsAt(
    affinity,
    'nodeAffinity',
    'requiredDuringSchedulingIgnoredDuringExecution',
    'nodeSelectorTerms',
  ).flatMap((term) => recordsAt(term, 'matchExpressions'));
  const keys = required.flatMap((one) => textAt(one, 'key') ?? []).filter((key) => !OWN_LABEL.test(key));
  if (pairs.length === 0 && keys.length === 0) return [];
  const text = pairs.map(([key, value]) => `${key}=${value}`).join(', ') || keys.join(', ');
  return found(
    owner,
    'node-affinity',
    'infrastructure',
    `${capital(called(owner))} runs only on nodes with the label ${name(text)} (node selector or node affinity); where no node has it, its pods stay Pending (FailedScheduling)`,
    0.62,
  );
}

function spreadTooWide(owner: Meta, { affinity }: PodTemplate): Diagnosis[] {
  const rules = recordsAt(affinity, 'podAntiAffinity', 'requiredDuringSchedulingIgnoredDuringExecution');
  const [rule] = rules;
  const replicas = (owner as Partial<Workload>).desired ?? null;
  if (!rule) return [];
  const labels = Object.entries(textMapAt(rule, 'labelSelector', 'matchLabels'))
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  return found(
    owner,
    'anti-affinity',
    'infrastructure',
    `${capital(called(owner))} requires pod anti-affinity (${name(textAt(rule, 'topologyKey') ?? 'topology')}) against pods with ${name(labels || 'its own labels')}${replicas !== null && replicas > 1 ? ` for ${replicas} replicas` : ''}, so pods stay Pending when there are fewer nodes than pods (anti-affinity conflict)`,
    0.62,
  );
}

const PLACEHOLDER =
  /your-?(?:company|image|repo|registry|org)|non-?exist|does-?not-?exist|invalid|fake|typo|not-?found|missing|example\.com|latests$/i;

function placeholderImage(owner: Meta, { containers, initContainers }: PodTemplate): Diagnosis[] {
  const container = [...containers, ...initContainers].find(
    ({ image }) => image !== null && (PLACEHOLDER.test(image) || /[A-Z ]/.test(image.split(':')[0] ?? '')),
  );
  return container
    ? found(
        owner,
        'image-pull',
        'infrastructure',
        `The image ${name(container.image ?? '')} of ${called(owner)} probably does not exist or its name is not valid, so it cannot be pulled (ImagePullBackOff)`,
        0.6,
      )
    : [];
}

function memoryBeyondLimit(owner: Meta, { containers }: PodTemplate): Diagnosis[] {
  return containers.flatMap((container) => {
    const limit = parseKubernetesQuantity(container.limits.memory ?? '');
    const wanted = wantedMemory(container);
    if (limit === null || wanted === null || wanted.bytes <= limit) return [];
    return found(
      owner,
      'oom-killed',
      'resource',
      `Container ${name(container.name)} of ${called(owner)} uses ${wanted.text} of memory by its own arguments, more than its limit of ${container.limits.memory}, so it is killed (OOMKilled)`,
      0.74,
    );
  });
}

/** What stress tools and run times are told to use. */
function wantedMemory({ command, args }: Container): { text: string; bytes: number } | null {
  const match =
    /(?:--vm-bytes[ =]|-Xmx|-Xms|--memory[ =]|max[-_]old[-_]space[-_]size=)(\d+(?:\.\d+)?)([kKmMgG]?)i?/.exec(
      [...command, ...args].join(' '),
    );
  if (!match) return null;
  const unit = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, '': 1 }[(match[2] ?? '').toLowerCase()] ?? 1;
  return { text: `${match[1]}${match[2]}`, bytes: Number(match[1]) * unit };
}

const SPOKEN =
  /(?:\becho(?: -e)?|\bprintf?|\bprint|console\.\w+|log(?:ger|ging)?\.\w+|throw new \w+|raise \w+)\s*\(?\s*f?["'`]([^"'`\n]{6,300})/g;

/** What stands behind `||`, or where a command in an `if` did not succeed, a script says only where something fails, which nothing shows. */
const WHERE_IT_FAILS = /\|\|\s{0,9}[({]?\s{0,9}$|(?:^|[;\s])else\s{1,40}$|\bif ! [^\n;]{0,80};? ?\s{0,9}then\s{1,40}$/;
/** What a script says whatever happens. */
const spokenIn = (text: string): string[] =>
  [...text.slice(0, 50_000).matchAll(SPOKEN)].flatMap(({ 1: said = '', index }) =>
    WHERE_IT_FAILS.test(text.slice(Math.max(0, index - 160), index)) ? [] : [said],
  );

/** What the program itself will say when it fails, as it stands in its command or in its configuration. */
function ownComplaint(
  { state }: Context,
  owner: Meta,
  { containers, initContainers, volumes }: PodTemplate,
): Diagnosis[] {
  const maps = volumes.flatMap(({ reference }) =>
    (state.others.get(reference?.kind ?? '') ?? []).filter((one) => one.name === reference?.name),
  );
  const scripts = [...containers, ...initContainers].flatMap(({ command, args }) => [...command, ...args]);
  const texts = [
    ...scripts,
    ...maps.flatMap((map) => Object.values({ ...textMapAt(map.raw, 'data'), ...textMapAt(map.raw, 'stringData') })),
  ];
  const spoken = texts.flatMap(spokenIn);
  const line = decisiveLine(spoken);
  if (!line) return [];
  const kind = line.kind;
  const exits = texts.some((text) => /\bexit [1-9]|sys\.exit\([1-9]|os\._exit\([1-9]|process\.exit\([1-9]/.test(text));
  return found(
    owner,
    kind ? `log-${kind.name}` : 'log-error',
    kind?.class ?? 'application',
    `The program of ${called(owner)} reports that it fails${exits ? ' and exits with an error (crash)' : ''}${kind ? ` because ${kind.meaning}` : ''}: ${quote(messageOf(line.text), 220)}`,
    0.56,
    maps.flatMap(({ evidence }) => evidence),
  );
}

function selectsOthers(workload: Workload): Diagnosis[] {
  const labels = workload.template?.labels;
  if (
    !labels ||
    Object.keys(workload.selector).length === 0 ||
    workload.kind === 'Job' ||
    selects(workload.selector, labels)
  )
    return [];
  return found(
    workload,
    'workload-selector',
    'infrastructure',
    `The selector of ${workload.kind} ${name(workload.name)} does not match the labels of its own pod template, so it is refused or manages no pods`,
    0.8,
  );
}
