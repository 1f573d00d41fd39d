import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inForm } from '../../../src/workers/changes/evidence-form.ts';
import { eventsByInstance } from '../../../src/workers/localisation/anomaly-events.ts';
import {
  SIGNATURES,
  TROUBLES,
  type Trait,
  type Trouble,
} from '../../../src/workers/localisation/anomaly-signatures.ts';
import { traitsOf } from '../../../src/workers/localisation/anomaly-traits.ts';
import { tvdiag } from '../cases/tvdiag.ts';
import type { Lesson } from './fit-signatures.ts';

export type NamedLesson = Lesson & { id: string; system: string; faultType: string };

/** The traits in the order of the table. */
export const TRAITS = Object.keys(SIGNATURES) as Trait[];

/** Which trouble an injected fault is; what corrupts packets loses them as well. */
const TROUBLE_OF: Record<string, Trouble> = {
  cpu: 'short of cpu',
  memory: 'short of memory',
  'pod-kill': 'restarted',
  'container-kill': 'restarted',
  'pod-failure': 'down',
  'network-delay': 'delayed',
  'network-loss': 'lossy',
  'network-corrupt': 'lossy',
};

type Truth = { root_cause_instance: string; fault_type: string };

/** The cases with detected anomalies, by the very traits that the analysis looks at. */
export function anomalyLessons(casesFolder: string): NamedLesson[] {
  const truths = truthsIn(join(casesFolder, 'rca/tvdiag'));
  return tvdiag.list(casesFolder).flatMap(({ id, read }) => {
    const truth = truths[id];
    const trouble = TROUBLES.indexOf(TROUBLE_OF[truth?.fault_type ?? '']!);
    if (!truth || trouble < 0) return [];
    const found = inForm(read().evidence, 'anomalies.list');
    const anomalies = found.flatMap(({ data }) => data.anomalies);
    const events = eventsByInstance(
      found.flatMap(({ data }) => data.instances),
      anomalies,
    );
    const all = traitsOf(events);
    const atFault = all.findIndex(({ events: { instance } }) => instance === truth.root_cause_instance);
    const instances = all.map(({ strength }) => TRAITS.map((trait) => strength.get(trait) ?? 0));
    return [{ id, system: id.split('-')[1] ?? '', faultType: truth.fault_type, instances, atFault, trouble }];
  });
}

function truthsIn(folder: string): Record<string, Truth> {
  const files = ['hotel.truth.json', 'sockshop.truth.json'].map((name) => join(folder, name)).filter(existsSync);
  return Object.assign({}, ...files.map((file) => JSON.parse(readFileSync(file, 'utf8')).truth));
}
