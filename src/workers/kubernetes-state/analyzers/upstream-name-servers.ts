import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText } from '../kubernetes-state.ts';
import { saidBy } from '../logs/pod-log.ts';
import { UNRESOLVED, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { textMapAt } from '../raw.ts';
import { NAME_SERVERS } from './name-servers.ts';

/**
 * What a name server writes when the one it asks in turn does not answer: CoreDNS (`plugin/errors: 2 api.example. A: read udp
 * 10.1.0.4:4112->10.0.0.2:53: i/o timeout`, `dial tcp 10.0.0.2:53: connect: connection refused`) and NodeLocal DNSCache, which is one.
 */
const UNANSWERED =
  /plugin\/errors: \d{1,5} (?<asked>[\w.-]{1,253})\.[ ;,]{1,2}[A-Z]{1,10}: (?:read|dial|write) (?:udp|tcp)\S{0,4} (?:\S{1,60}->)?(?<upstream>\[?[\da-f.:]{3,45}\]?):(?:53|853): [^\n]{0,60}?(?:i\/o timeout|connection refused|no route to host|network is unreachable|host is unreachable)/;
/** A name that CoreDNS makes up to find out whether it asks itself. */
const OWN_QUESTION = /^\d{8,}\.\d{8,}$/;
const MAX_LINES = 2000;
const MAX_LINE = 1500;
/** One question in vain is lost on any network. */
const ENOUGH = 2;

/** Finds a name server to which the name service of the cluster forwards and which does not answer, where a program misses the names. */
export const upstreamNameServers: Analyzer = ({ state }) => {
  const told = state.logs.filter(({ command }) => !command).flatMap(unansweredIn);
  return [...Map.groupBy(told, ({ upstream }) => upstream)].flatMap(([upstream, own]) =>
    unanswered(state, upstream, own),
  );
};

type Unanswered = { asked: string; upstream: string; line: string; log: LogText };

const recent = (log: LogText): string[] => log.lines.slice(-MAX_LINES).map((line) => line.slice(0, MAX_LINE));

const unansweredIn = (log: LogText): Unanswered[] =>
  recent(log).flatMap((line) => {
    const { asked, upstream } = UNANSWERED.exec(line)?.groups ?? {};
    return asked && upstream && !OWN_QUESTION.test(asked) ? [{ asked: asked.toLowerCase(), upstream, line, log }] : [];
  });

function unanswered(state: KubernetesState, upstream: string, told: Unanswered[]): Diagnosis[] {
  const names = [...new Set(told.map(({ asked }) => asked))];
  const missed = missedBy(state, names, new Set(told.map(({ log }) => log)));
  if (told.length < ENOUGH || missed.length === 0) return [];
  const set = settingOf(state, upstream);
  const shown = names.slice(0, 3).map(name).join(', ');
  return [
    diagnosis({
      kind: 'upstream-name-server',
      class: 'network',
      statement: `The name server ${upstream}, to which the DNS of the cluster (CoreDNS) forwards, does not answer, so names that it is asked for do not resolve (${shown})${set ? `; it is set as upstream resolver: ${set.shown}` : ''}: ${quote(told.at(-1)?.line ?? '')}`,
      brief: `the name server ${upstream}, to which CoreDNS forwards, does not answer`,
      component: 'coredns',
      namespace: 'kube-system',
      touches: [...NAME_SERVERS, ...told.map(({ log }) => writerOf(log)), ...missed.map(writerOf)],
      confidence: set?.changed ? 0.9 : 0.82,
      // Below what keeps the question from getting there (a policy, a node), above those who ask.
      depth: DEPTH.pod / 2,
      evidence: [
        ...told.map(({ log }) => log.evidence),
        ...missed.map(({ evidence }) => evidence),
        ...(set?.evidence ?? []),
      ],
      actions: [
        ...describeAction('configmap', 'coredns', 'kube-system', 'See to whom the name service forwards'),
        changeAction(
          'Forward to a name server that answers (forward . /etc/resolv.conf as a rule), or make this one answer again',
          'Changes how all pods resolve names outside of the cluster.',
        ),
      ],
      prevention: ['Forward to more than one name server, and alert on questions that CoreDNS forwards in vain.'],
    }),
  ];
}

/** The programs whose logs say that one of the names does not resolve, and not only of a time that is over. */
const missedBy = (state: KubernetesState, names: string[], servers: ReadonlySet<LogText>): LogText[] =>
  state.logs.filter(
    (log) =>
      !servers.has(log) &&
      saidBy([log])?.line.past === false &&
      recent(log).some((line) => UNRESOLVED.test(line) && names.some((one) => line.toLowerCase().includes(one))),
  );

/** Where the configuration, or somebody who changed it, names the address as the one to forward to. */
function settingOf(
  state: KubernetesState,
  upstream: string,
): { shown: string; changed: boolean; evidence: number[] } | null {
  const names = (line: string) => FORWARDS.test(line) && line.includes(upstream);
  for (const log of state.logs) {
    const line = recent(log).find((one) => names(one) && CHANGES.test(one));
    if (line) return { shown: quote(line), changed: true, evidence: [log.evidence] };
  }
  for (const map of state.others.get('ConfigMap') ?? []) {
    const lines = Object.values(textMapAt(map.raw, 'data')).flatMap((text) => text.slice(0, 20_000).split('\n'));
    const line = lines.find(names);
    if (line) return { shown: quote(line.trim()), changed: false, evidence: map.evidence };
  }
  return null;
}

const FORWARDS = /\b(?:forward|proxy|upstreamNameservers|stubDomains)\b/;
const CHANGES = /\b(?:changed?|configured|synced|applied|updated|patched|set|edited|replaced|reload\w*)\b|->|=>|→/i;
