import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState, Meta, PodTemplate } from '../kubernetes-state.ts';
import { logsOfWorkload, saidBy } from '../logs/pod-log.ts';
import { name } from '../quote.ts';
import { recordAt } from '../raw.ts';
import { called, namesOf, objectNamed, templatesOf } from '../relations.ts';

/** Finds ConfigMaps and Secrets from which a program takes all its variables and that do not hold the one whose absence the program tells of. */
export const missingKeys: Analyzer = ({ state }) =>
  templatesOf(state).flatMap(({ owner, template }) => {
    const names = namesOf(owner);
    const logs = logsOfWorkload(state, { name: names.at(-1) ?? owner.name, namespace: owner.namespace });
    const said = saidBy(logs.filter(({ command }) => !command));
    const setting = said && !said.line.past ? said.line.setting : null;
    if (!said || !setting || isGiven(template, setting)) return [];
    const maps = sourcesOf(state, template, owner);
    // Where one of the sources was not read, the key may stand in that.
    if (maps.length === 0 || maps.some((map) => map === null || keysOf(map).includes(setting))) return [];
    return [
      toDiagnosis(
        owner,
        setting,
        maps.flatMap((map) => map ?? []),
        said.log.evidence,
      ),
    ];
  });

const isGiven = ({ containers }: PodTemplate, setting: string): boolean =>
  containers.some(({ env }) => env.some((one) => one.name === setting));

const sourcesOf = (state: KubernetesState, { containers }: PodTemplate, { namespace }: Meta): (Meta | null)[] =>
  containers
    .flatMap(({ envFrom }) => envFrom)
    .map(({ kind, name: own }) => {
      const found = objectNamed(state, kind, own, namespace);
      return found && keysOf(found).length > 0 ? found : null;
    });

const keysOf = ({ raw }: Meta): string[] => [
  ...Object.keys(recordAt(raw, 'data')),
  ...Object.keys(recordAt(raw, 'stringData')),
];

const partsOf = (key: string): string[] => key.toLowerCase().split(/[_.-]/);

/** The key that shares most parts with the one that is missing, at least half of them: what it may be called now. */
function likeliest(keys: string[], setting: string): string | null {
  const wanted = partsOf(setting);
  const shared = (key: string) => partsOf(key).filter((part) => wanted.includes(part)).length;
  const best = keys.toSorted((left, right) => shared(right) - shared(left))[0];
  return best && shared(best) * 2 >= wanted.length ? best : null;
}

function toDiagnosis(owner: Meta, setting: string, maps: Meta[], log: number): Diagnosis {
  const keys = maps.flatMap(keysOf);
  const like = likeliest(keys, setting);
  const [map] = maps.filter((one) => like !== null && keysOf(one).includes(like)).concat(maps);
  const sources = maps.map(({ kind, name: own }) => `${kind} ${name(own)}`).join(' and ');
  return diagnosis({
    kind: 'setting-key-missing',
    class: 'application',
    statement:
      `${called(owner)} takes its environment from ${sources}, which ${maps.length > 1 ? 'hold' : 'holds'} no key ${name(setting)}${like ? ` but ${name(like)}` : ''}, so the setting ${name(setting)} is not set (missing)`.replace(
        /^pod/,
        'Pod',
      ),
    component: namesOf(owner).at(-1) ?? owner.name,
    namespace: owner.namespace,
    touches: [...namesOf(owner), ...maps.map((one) => one.name)],
    confidence: like ? 0.9 : 0.86,
    evidence: [...owner.evidence, ...maps.flatMap(({ evidence }) => evidence), log],
    actions: [
      ...(map ? describeAction(map.kind, map.name, map.namespace, 'See which keys it holds') : []),
      changeAction('Put the key back under the name that the program reads', 'Restarts the pods of the workload.'),
    ],
    prevention: ['Let a program refuse to start without a setting that it needs, so that a rollout stops there.'],
  });
}
