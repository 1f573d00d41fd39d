import { type KubectlCommand, nameInSelector } from './kubectl-command.ts';
import type { Reading } from './reading.ts';

/** Sentences by which Kubernetes and its controllers can be told wherever they stand, with the reason of the event that says so. */
const SENTENCES: readonly { reason: string; pattern: RegExp }[] = [
  {
    reason: 'FailedCreate',
    pattern:
      /(?:pods?|persistentvolumeclaims?) "[^"]*" is forbidden: .+|exceeded quota: .+|failed calling webhook ".+|admission webhook "[^"]+" denied .+/i,
  },
  { reason: 'FailedMount', pattern: /MountVolume\.\w+ failed for volume .+|Unable to attach or mount volumes: .+/ },
  { reason: 'FailedAttachVolume', pattern: /Multi-Attach error .+|AttachVolume\.\w+ failed for volume .+/ },
  { reason: 'FailedScheduling', pattern: /\d+\/\d+ nodes are available: .+/ },
  { reason: 'Failed', pattern: /Failed to pull image .+|Back-off pulling image .+|couldn't find key \S+ in .+/ },
  { reason: 'Failed', pattern: /(?:configmap|secret) "[^"]+" not found/ },
  { reason: 'Unhealthy', pattern: /(?:Liveness|Readiness|Startup) probe (?:failed|errored).*/ },
  { reason: 'ProvisioningFailed', pattern: /storageclass\.storage\.k8s\.io "[^"]+" not found/ },
  { reason: 'Evicted', pattern: /The node was low on resource: .+|The node had condition: \[.+/ },
];

const MAX_LINES = 2000;

/** The sentences of Kubernetes in a text of no known form (conditions by `-o jsonpath`, columns of one's own), as events of whom the command names. */
export function toldMessages(kubectl: KubectlCommand, text: string): Reading['events'] {
  const kind = kubectl.kinds[0] ?? null;
  const named = kubectl.name ?? nameInSelector(kubectl.selector);
  return text.split('\n', MAX_LINES).flatMap((line) => {
    const said = SENTENCES.flatMap(({ reason, pattern }) => {
      const message = pattern.exec(line.slice(0, 2000))?.[0];
      return message ? [{ reason, message }] : [];
    })[0];
    const name =
      named ?? (said && (nameBefore(line, said.message) ?? /pods? "([^"]*?)-?"/i.exec(said.message)?.[1])) ?? null;
    if (!said || !kind || !name) return [];
    return [
      {
        ...said,
        type: 'Warning',
        kind: kind === 'Event' || kind === 'all' ? '' : kind,
        name,
        namespace: kubectl.namespace === '*' ? null : kubectl.namespace,
        count: 1,
        firstSeen: null,
        lastSeen: null,
        ageSeconds: null,
      },
    ];
  });
}

/** The last word before the message that looks like the name of an object of a workload. */
const nameBefore = (line: string, message: string): string | null =>
  line
    .slice(0, line.indexOf(message))
    .split(/[\s,;|"]+/)
    .findLast((word) => /^(?:[a-z]+\/)?[a-z][a-z0-9.]*(?:-[a-z0-9.]+)+$/.test(word))
    ?.replace(/^[a-z]+\//, '') ?? null;
