import type { KubernetesState } from '../kubernetes-state.ts';
import { lineTime } from './line-time.ts';

/** A network policy that somebody just created or changed, by the line (or event) that tells it. */
export type AppliedPolicy = {
  name: string;
  /** Null for one of the whole cluster, and where the line does not tell. */
  namespace: string | null;
  /** In ms of the clock of the line; null where it tells no time. */
  at: number | null;
  said: string;
  evidence: number;
};

const KIND = String.raw`\b(?:Cilium(?:Clusterwide)?|Global|BaselineAdmin|Admin|Antrea(?:Cluster)?)?Network[ -]?Polic(?:y|ies)(?:\.[a-z0-9.-]{1,60})?`;
const NAME = String.raw`[/ :]{1,2}["'\`]?(?:([a-z0-9][a-z0-9-]{0,62})\/)?([a-z0-9][a-z0-9.-]{0,100}[a-z0-9])["'\`]?`;
/** `NetworkPolicy/shop/deny-all created` (Argo CD, Flux), `networkpolicy.networking.k8s.io/deny-all created` (kubectl). */
const TOLD = new RegExp(
  `${KIND}${NAME}:?["' ]{1,3}(?:was |has been |is )?(?:created|configured|applied|updated|added|synced|enforced|changed|patched)\\b`,
  'gi',
);
/** `Applied network policy deny-all in namespace shop`. */
const DONE = new RegExp(
  `\\b(?:creat|appli|configur|updat|add|enforc|patch)ed\\b[^\\n]{0,30}?${KIND}${NAME}(?:[^\\n]{0,12} namespace["' :=]{1,3}([a-z0-9-]{1,63}))?`,
  'gi',
);
const NO_NAME = /^(?:to|in|for|from|with|of|on|is|was|has|and|by)$/i;
/** What the audit log of the API server writes of a change. */
const AUDITED = /"verb":\s?"(?:create|update|patch)"/;
const AUDITED_POLICY = /"objectRef":\s?\{[^{}]{0,300}"resource":\s?"\w{0,30}networkpolicies"[^{}]{0,300}\}/;
const MENTIONS = /network[ -]?polic/i;

const MAX_LINES = 3000;

/** The network policies that logs and events tell were created or changed, in the order in which they stand there. */
export function appliedPolicies({ logs, events }: KubernetesState): AppliedPolicy[] {
  const ofLogs = logs
    .filter(({ command }) => !command)
    .flatMap((log) => log.lines.slice(-MAX_LINES).flatMap((line) => policiesIn(line, lineTime(line), log.evidence)));
  const ofEvents = events.flatMap(({ message, lastSeen, evidence }) => {
    const at = Date.parse(lastSeen ?? '');
    return policiesIn(message, Number.isNaN(at) ? null : at, evidence);
  });
  return [...ofLogs, ...ofEvents];
}

function policiesIn(line: string, at: number | null, evidence: number): AppliedPolicy[] {
  const said = line.slice(0, 1500);
  if (!MENTIONS.test(said)) return [];
  const told = [...said.matchAll(TOLD), ...said.matchAll(DONE)].flatMap(([, home = null, name = '', later = null]) =>
    NO_NAME.test(name) ? [] : [{ name, namespace: home ?? later }],
  );
  const audited = AUDITED.test(said) ? AUDITED_POLICY.exec(said)?.[0] : undefined;
  const member = (key: string) => new RegExp(`"${key}":\\s?"([\\w.-]{1,120})"`).exec(audited ?? '')?.[1] ?? null;
  const found = audited ? [...told, { name: member('name') ?? '', namespace: member('namespace') }] : told;
  return found
    .filter(({ name }, index) => name !== '' && found.findIndex((other) => other.name === name) === index)
    .map((one) => ({ ...one, at, said, evidence }));
}
