import { workloadOf } from '../detectors/support/names.ts';
import { type Anomaly, type AnomalyKind, isSlow, kindOfMetric } from './anomaly-kinds.ts';

/** What deviates at one instance. */
export type InstanceEvents = {
  instance: string;
  service: string;
  /** How often each kind was seen. */
  kinds: Map<AnomalyKind, number>;
  /** Templates of the unusual log lines. */
  templates: Set<string>;
};

/** The anomalies by instance; every known instance has an entry, and anomalies of others (machines, clients) are left out. */
export function eventsByInstance(instances: string[], anomalies: Anomaly[]): InstanceEvents[] {
  const names = [...new Set(instances)].sort();
  const events = new Map(
    names.map((instance) => [
      instance,
      { instance, service: workloadOf(instance), kinds: new Map<AnomalyKind, number>(), templates: new Set<string>() },
    ]),
  );
  const note = (instance: string | null, kind: AnomalyKind) => {
    const kinds = events.get(instance ?? '')?.kinds;
    kinds?.set(kind, (kinds.get(kind) ?? 0) + 1);
  };
  for (const anomaly of anomalies) {
    if (anomaly.kind === 'log') events.get(anomaly.instance)?.templates.add(anomaly.signal);
    else for (const [instance, kind] of kindsOf(anomaly)) note(instance, kind);
  }
  noteNamedCallees(anomalies, [...events.values()], note);
  return [...events.values()];
}

/** A metric deviates at its instance; a call at both its ends. */
function kindsOf(anomaly: Anomaly): [instance: string | null, kind: AnomalyKind][] {
  const { kind, instance, caller, signal, deviation } = anomaly;
  if (kind === 'metric') {
    const found = kindOfMetric(signal, deviation);
    return found ? [[instance, found]] : [];
  }
  const slow = isSlow(anomaly);
  if (caller === instance) return [[instance, slow ? 'slow inside' : 'fails inside']];
  return [
    [instance, slow ? 'slow when called' : 'fails when called'],
    [caller, slow ? 'slow callees' : 'failing callees'],
  ];
}

/**
 * Client spans: spans that an instance made itself and whose operation names another service (`/shop.Cart/Add` of gRPC). When the
 * named service has no slow span of that operation the time passed between the two.
 */
function noteNamedCallees(
  anomalies: Anomaly[],
  events: InstanceEvents[],
  note: (instance: string, kind: AnomalyKind) => void,
): void {
  const slow = anomalies.filter((anomaly) => anomaly.kind === 'trace' && isSlow(anomaly));
  const served = new Set(slow.filter(({ caller, instance }) => caller !== instance).map(callKey));
  for (const { caller, instance, signal } of slow.filter((span) => span.caller === span.instance)) {
    const words = new Set(signal.toLowerCase().match(/[a-z0-9]+/g));
    for (const other of events) {
      if (other.service === workloadOf(instance) || !words.has(plain(other.service))) continue;
      note(other.instance, 'named by slow calls');
      if (!served.has(callKey({ caller, instance: other.instance, signal }))) note(other.instance, 'unseen calls');
    }
  }
}

const plain = (service: string) => service.replace(/[-_.]/g, '').toLowerCase();
const callKey = ({ caller, instance, signal }: Pick<Anomaly, 'caller' | 'instance' | 'signal'>) =>
  JSON.stringify([caller, instance, signal]);
