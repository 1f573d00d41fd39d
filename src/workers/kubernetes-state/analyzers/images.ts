import { describeAction } from '../actions.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import { formerImage } from '../fixes.ts';
import type { Container, Pod } from '../kubernetes-state.ts';
import { name, quote } from '../quote.ts';
import { eventsOf, workloadName } from '../relations.ts';

const PULL =
  /^(?:Init:)?(?:ErrImagePull|ImagePullBackOff|InvalidImageName|ErrImageNeverPull|ImageInspectError|RegistryUnavailable)$/;

/** Finds containers whose image cannot be pulled, with the registry's or the runtime's reason. */
export const images: Analyzer = (context) => {
  const groups = Map.groupBy(
    context.state.pods.filter((pod) => !pod.deleting),
    (pod) => `${pod.namespace} ${workloadName(pod)}`,
  );
  return [...groups.values()].flatMap((pods) => pods.flatMap((pod) => stuck(context, pod)).slice(0, 1));
};

function stuck(context: Context, pod: Pod): Diagnosis[] {
  const containers = [...pod.template.initContainers, ...pod.template.containers];
  const container = containers.find(({ status }) => status?.state === 'waiting' && PULL.test(status.reason ?? ''));
  const word = container?.status?.reason ?? (PULL.test(pod.reason ?? '') ? pod.reason : null);
  return word ? [toDiagnosis(context, pod, container ?? containers.find(({ image }) => image !== null), word)] : [];
}

const REASONS: readonly [RegExp, string][] = [
  [
    /no match for platform|exec format|image'?s? platform|platform .{0,60}does not match/i,
    'the image does not exist for the platform (architecture) of the node',
  ],
  [/toomanyrequests|rate limit/i, 'the registry refuses more pulls (rate limit reached, toomanyrequests)'],
  [
    /unauthorized|authentication required|pull access denied|denied|forbidden|no basic auth|authorization failed|failed to authorize/i,
    'the registry denies access (wrong or missing pull credentials, or the repository does not exist)',
  ],
  [
    /manifest unknown|not found|does not exist|no such image|manifest for .* not/i,
    'the image or its tag does not exist in the registry',
  ],
  [/no such host|server misbehaving|lookup .* on/i, "the registry's host name cannot be resolved"],
  [/x509|certificate/i, "the registry's certificate is not trusted"],
  [/i\/o timeout|timed? ?out|deadline|connection refused|network is unreachable/i, 'the registry cannot be reached'],
  [/invalid reference|couldn't parse image|InvalidImageName/i, "the image's name is not valid"],
  [/ErrImageNeverPull|never pull/i, 'the image is not on the node and its pull policy is Never'],
];

function toDiagnosis({ state }: Context, pod: Pod, container: Container | undefined, word: string): Diagnosis {
  const events = eventsOf(state, pod).filter(({ message }) => /pull|image/i.test(message));
  const told =
    events.findLast(({ message }) => /^Failed to pull|rpc error|couldn't parse/i.test(message)) ??
    events.findLast(({ message }) => /InvalidImageName|Error:/i.test(message)) ??
    events.at(-1);
  const message = container?.status?.message ?? told?.message ?? '';
  const why = REASONS.find(([pattern]) => pattern.test(`${told?.message ?? ''} ${message} ${word}`))?.[1];
  const image = container?.image ?? /image "([^"]+)"/.exec(message)?.[1] ?? null;
  const said = told?.message ?? message;
  return diagnosis({
    kind: 'image-pull',
    class: 'infrastructure',
    statement: `The image${image ? ` ${name(image)}` : ''} of pod ${name(pod.name)} cannot be pulled (${word})${why ? `: ${why}` : ''}, so its container${container ? ` ${name(container.name)}` : ''} does not start${said ? `. The kubelet says: ${quote(said, 200)}` : ''}`,
    component: workloadName(pod),
    namespace: pod.namespace,
    touches: [workloadName(pod), pod.name],
    confidence: 0.92,
    depth: DEPTH.root,
    evidence: [...pod.evidence, ...(told ? [told.evidence] : [])],
    actions: [
      ...describeAction('pod', pod.name, pod.namespace, 'See the exact error of the pull'),
      ...formerImage(state, pod, container),
    ],
    prevention: [
      'Let the pipeline check that an image exists, and can be pulled with the cluster’s credentials, before it is rolled out.',
    ],
  });
}
