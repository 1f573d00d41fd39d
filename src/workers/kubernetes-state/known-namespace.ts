import { workloadOf } from '../detectors/support/names.ts';
import { settledActions } from './actions.ts';
import type { Context, Diagnosis } from './diagnosis.ts';

/** A diagnosis whose actions name the namespace that the evidence knows for what they are about. */
export function inKnownNamespaces(found: Diagnosis, context: Context): Diagnosis {
  const near = found.namespace ?? namespaceNamed(null, found.component, context);
  const actions = settledActions(found.actions, (kind, name) =>
    name === null ? near : namespaceNamed(kind, name, context),
  );
  return { ...found, actions };
}

/**
 * The one namespace in which the evidence shows an object of that name (of any kind where it is null), else that of the alert where it
 * names the object; null where neither tells or several are possible.
 */
function namespaceNamed(kind: string | null, name: string, context: Context): string | null {
  const { others, events, logs } = context.state;
  const objects = [...others.values()].flat();
  const isIt = (one: { kind: string; name: string }) => one.name === name && (kind === null || one.kind === kind);
  const ofPod = kind === 'Pod' || kind === null;
  const exact = namespaces([
    ...objects.filter(isIt),
    ...events.filter(isIt),
    ...(ofPod ? logs.filter(({ pod }) => pod === name) : []),
  ]);
  const workload = workloadOf(name);
  const seen = exact.length > 0 || !ofPod ? exact : namespaces(objects.filter((one) => one.name === workload));
  const told = namespaceOfAlert(context, workload);
  if (seen.length === 1) return seen[0] ?? null;
  return told !== null && (seen.length === 0 || seen.includes(told)) ? told : null;
}

const namespaces = (all: { namespace: string | null }[]): string[] => [
  ...new Set(all.flatMap(({ namespace }) => namespace ?? [])),
];

/** The alert's namespace, where the alert speaks of the object. */
function namespaceOfAlert({ input, text }: Context, name: string): string | null {
  const words = new Set(text.split(/[^a-z0-9.-]+/).map((word) => workloadOf(word.replace(/\.+$/, ''))));
  return words.has(name) ? (input.facts.namespace ?? null) : null;
}
