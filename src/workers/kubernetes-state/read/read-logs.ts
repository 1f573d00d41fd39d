import { type KubectlCommand, nameInSelector } from './kubectl-command.ts';
import { linesByPod } from './log-prefix.ts';
import { nothingRead, type Reading } from './reading.ts';

const MAX_LINES = 20_000;

/** Reads the log that a command printed, or what a command inside a container did; lines of several pods go to each of them. */
export function readLogs(kubectl: KubectlCommand, text: string, stern = false): Reading {
  if (kubectl.verb !== 'other' && isRefusal(text.trim())) return nothingRead();
  const all = text.split('\n', MAX_LINES).filter((line) => line.trim() !== '' && !WAITED.test(line));
  const found = /^Found \d+ pods, using pod\/(\S+)$/m.exec(text.slice(0, 2000))?.[1] ?? null;
  const lines = all.filter((line, index) => index > 3 || !NOTE.test(line));
  const pods = kubectl.verb === 'exec' ? null : linesByPod(lines, stern);
  if (pods)
    return {
      ...nothingRead(),
      logs: [...pods].map(([pod, part]) => ({ ...base(kubectl), pod, service: null, ...part })),
    };
  const workload = kubectl.kinds[0] !== 'Pod';
  const selected = nameInSelector(kubectl.selector);
  const pod = found ?? (workload ? null : kubectl.name);
  return {
    ...nothingRead(),
    logs: [{ ...base(kubectl), pod, service: pod ? null : workload ? kubectl.name : selected, lines }],
  };
}

/**
 * True where kubectl itself could not fetch the log; what it says when it changes something is the answer, and a program that talks to the API
 * server may print the like about something else.
 */
const isRefusal = (text: string): boolean =>
  /^(?:error|Error from server)\b.{0,300}$/.test(text) &&
  (!text.startsWith('Error from server (Forbidden)') || /"pods(?:\/\w+)?"|^[^:]+: pods\b/.test(text));

/** How kubectl ends that was told to wait no longer: no line of a program. */
const WAITED = /^error: timed out waiting for the condition/;

/** What kubectl says itself before the log begins. */
const NOTE = /^(?:Found \d+ pods, using pod\/|Defaulted container "|Defaulting container name to )/;

const base = ({ namespace, container, previous, filter, inside, verb }: KubectlCommand) => ({
  namespace: namespace === '*' ? null : namespace,
  container,
  previous,
  filter,
  command: verb === 'exec' ? inside : null,
});
