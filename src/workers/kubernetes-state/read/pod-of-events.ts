import type { Raw } from '../raw.ts';
import type { Reading } from './reading.ts';

type Told = Reading['events'][number];

/** What the latest events say of the state of a pod, as the word that the STATUS column would show. */
const WORDS: readonly { reason: RegExp; message: RegExp; word: string }[] = [
  { reason: /^Evicted$/, message: /./, word: 'Evicted' },
  {
    reason: /^Failed$/,
    message: /Error: (?:ErrImagePull|ImagePullBackOff)|^Failed to pull image/,
    word: 'ImagePullBackOff',
  },
  { reason: /^InspectFailed$/, message: /InvalidImageName|couldn't parse image/, word: 'InvalidImageName' },
  {
    reason: /^Failed$/,
    message: /(?:secret|configmap)s? "[^"]+" not found|couldn't find key/,
    word: 'CreateContainerConfigError',
  },
  {
    reason: /^Failed$/,
    message: /failed to create containerd task|OCI runtime|failed to start container/,
    word: 'RunContainerError',
  },
  { reason: /^BackOff$/, message: /restarting failed container/, word: 'CrashLoopBackOff' },
  { reason: /^BackOff$/, message: /pulling image/, word: 'ImagePullBackOff' },
];

/** A pod of which only events tell, in the form of the API, with a mark of its own that says so. */
export function podOfEvents(name: string, events: Told[]): Raw {
  const waits =
    events.some(({ reason }) => reason === 'FailedScheduling') &&
    !events.some(({ reason }) => /^(?:Scheduled|Pulled|Started)$/.test(reason));
  const found = WORDS.find(({ reason, message }) =>
    events.some((event) => reason.test(event.reason) && message.test(event.message)),
  );
  return {
    kind: 'Pod',
    metadata: { name, namespace: events[0]?.namespace ?? null },
    status: { phase: waits ? 'Pending' : null, word: found?.word ?? null, toldByEvents: true },
  };
}
