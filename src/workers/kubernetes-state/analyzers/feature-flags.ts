import { changeAction, describeAction } from '../actions.ts';
import { formOf } from '../build-state.ts';
import { type Analyzer, type Context, DEPTH, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, LogText, Meta } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';
import { isRecord, recordAt, textAt, textMapAt } from '../raw.ts';
import { parseKubectl } from '../read/kubectl-command.ts';
import { dataIn } from '../read/read-documents.ts';
import { workloadName } from '../relations.ts';

/** Finds feature flags that switch a fault on, in the configuration of a flag service or in what a program logs. */
export const featureFlags: Analyzer = (context) => [...switchedOn(context), ...logged(context)];

const FAULT =
  /fail|fault|error|slow|leak|unreachable|crash|problem|flood|overload|high|chaos|break|broken|corrupt|drop|delay|timeout|gc\b|outage/i;
const OFF = /^(?:off|false|disabled|none|0|default|no)$/i;
const MAX_TEXT = 200_000;

/** Flags in the form of OpenFeature's flagd: `{ "flags": { NAME: { state, variants, defaultVariant } } }`, as JSON or YAML. */
function switchedOn(context: Context): Diagnosis[] {
  return flagSources(context).flatMap(({ source, flags }) =>
    flags.flatMap(([flag, body]) => {
      const variant = textAt(body, 'defaultVariant') ?? '';
      const value = recordAt(body, 'variants')[variant];
      const description = textAt(body, 'description');
      const about = `${flag} ${description ?? ''}`;
      const on =
        textAt(body, 'state') === 'ENABLED' && variant !== '' && !OFF.test(variant) && value !== false && value !== 0;
      if (!on || !FAULT.test(about)) return [];
      const words = wordsOf(about);
      const concerned = [...words, ...bearing(context.state, words)];
      return [switched(source, { flag, variant, about: description, concerned }, context.text)];
    }),
  );
}

type Source = Pick<Meta, 'name' | 'namespace' | 'evidence'>;

/** Where flags stand: in ConfigMaps, and in what a command printed of one of their keys alone. */
function flagSources({ state, input }: Context): { source: Source; flags: [string, unknown][] }[] {
  const maps = (state.others.get('ConfigMap') ?? []).map((map) => ({
    source: map as Source,
    flags: Object.values(textMapAt(map.raw, 'data')).flatMap(flagsOf),
  }));
  const read = new Set(maps.filter(({ flags }) => flags.length > 0).flatMap(({ source }) => source.evidence));
  const printed = formOf(input.evidence, 'command.output')
    .filter(({ number }) => !read.has(number))
    .map(({ number, data }) => {
      const { kinds, name: own = null, namespace = null } = parseKubectl(data.command) ?? {};
      const named = kinds?.[0] === 'ConfigMap' ? own : null;
      return { source: { name: named ?? 'flags', namespace, evidence: [number] }, flags: flagsOf(data.output) };
    });
  return [...maps, ...printed];
}

function flagsOf(text: string): [string, unknown][] {
  if (!/\bflags\b/.test(text) || !/defaultVariant/.test(text) || text.length > MAX_TEXT) return [];
  const body = dataIn(text);
  return isRecord(body) ? Object.entries(recordAt(body, 'flags')) : [];
}

type Flag = { flag: string; variant: string; about: string | null; concerned: string[] };

function switched(
  { name: map, namespace, evidence }: Source,
  { flag, variant, about, concerned }: Flag,
  text: string,
): Diagnosis {
  const spoken = concerned.some((word) => text.includes(word));
  return diagnosis({
    kind: 'feature-flag',
    class: 'application',
    statement: `The feature flag ${name(flag)} is switched on (ConfigMap ${name(map)}, variant ${name(variant)})${about ? `: ${quote(about, 140)}` : ''}, so the fault that it stands for is active`,
    component: flag,
    namespace,
    touches: [map, flag, ...concerned],
    confidence: spoken ? 0.86 : 0.8,
    evidence,
    actions: [
      ...describeAction('configmap', map, namespace, 'See the flags and their variants'),
      changeAction('Switch the flag off', 'Changes the behaviour of every service that reads the flag.'),
    ],
    prevention: ['Give flags that inject faults an owner and an end, and alert when one is on in production.'],
  });
}

/** The parts of a flag's name: `cartFailure` is about `cart`. */
const wordsOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .replace(/([a-z])([A-Z])/g, '$1 $2')
        .toLowerCase()
        .match(/[a-z]{3,}/g) ?? [],
    ),
  ].filter((word) => !FAULT.test(word));

/** The services and workloads that bear one of the words in their name: `shop-cartservice` is about `cart`. */
function bearing({ services, workloads, pods }: KubernetesState, words: readonly string[]): string[] {
  const names = new Set([...services, ...workloads].map((one) => one.name).concat(pods.map(workloadName)));
  const wanted = new Set(words.filter((word) => !/^(?:service|server|app)$/.test(word)));
  return [...names].filter((one) =>
    one
      .toLowerCase()
      .split(/[-_.]/)
      .some((part) => wanted.has(part) || wanted.has(part.replace(/(?:service|svc|server)$/, ''))),
  );
}

const SAID =
  /feature[ -_]?flag\b.{0,80}(?:enabled|is on|active|= ?true|: ?true|triggered)|(?:enabled|active|triggered)\b.{0,40}feature[ -_]?flag|fail\w* feature[ -_]?flag/i;

const RELAYED =
  /rpc error|failed to (?:call|charge|get|fetch|reach|load|place)|upstream|downstream|status ?code|StatusCode/i;

function logged({ state }: Context): Diagnosis[] {
  return state.logs.flatMap((log: LogText) => {
    const line = log.lines.slice(-4000).findLast((one) => SAID.test(one.slice(0, 1000)) && FAULT.test(one));
    if (!line) return [];
    const owner = writerOf(log);
    return [
      diagnosis({
        kind: 'feature-flag',
        class: 'application',
        statement: `${owner ? name(owner) : 'A program'} fails on purpose because a feature flag is enabled: its log says ${quote(messageOf(line), 220)}`,
        component: owner,
        namespace: log.namespace,
        touches: [owner, log.pod ?? ''],
        // Who passes on what a callee answered is not the one that fails.
        confidence: RELAYED.test(line) ? 0.66 : 0.84,
        depth: RELAYED.test(line) ? DEPTH.service : DEPTH.root,
        evidence: [log.evidence],
        actions: [
          changeAction(
            'Switch the flag off in the flag service',
            'Changes the behaviour of every service that reads the flag.',
          ),
        ],
      }),
    ];
  });
}
