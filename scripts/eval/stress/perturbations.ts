import type { Evidence } from '../../../src/shared/report.ts';
import type { CaseInput } from '../cases/suite-adapter.ts';
import { atDailyPeak } from './daily-peak.ts';
import { factor, type Random, randomOf, shuffled } from './random.ts';

/** Changes a case in a way that must not change its answer; the same for the same seed. The input stays as it is. */
export type Perturbation = (input: CaseInput, seed: string) => CaseInput;

// biome-ignore lint/suspicious/noExplicitAny: evidence is data of any form here, taken apart by what it holds.
type Data = Record<string, any>;
type Change = (data: Data, random: Random, item: Evidence) => void;

/** Every evidence's data is changed in its own copy; what `keep` refuses is left out. */
function changed(
  input: CaseInput,
  seed: string,
  change: Change,
  keep: (item: Evidence) => boolean = () => true,
): CaseInput {
  const evidence = input.evidence.filter(keep).map((item, index) => {
    const copy = structuredClone(item);
    change(copy.data as Data, randomOf(`${seed} ${item.number}`), copy);
    return { ...copy, number: index + 1 };
  });
  return { ...input, evidence };
}

const LISTS = ['series', 'rows', 'spans', 'edges', 'anomalies', 'alerts', 'changes', 'instances'];

const inAnyOrder: Perturbation = (input, seed) =>
  changed({ ...input, evidence: shuffled(randomOf(seed), input.evidence) }, seed, (data, random) => {
    for (const list of LISTS) if (Array.isArray(data[list])) data[list] = shuffled(random, data[list]);
  });

/** Of one list each entry is lost with the given chance. */
const lossOf =
  (list: string, chance: number): Perturbation =>
  (input, seed) =>
    changed(input, seed, (data, random) => {
      if (Array.isArray(data[list])) data[list] = data[list].filter(() => random() >= chance);
    });

const lossOfPoints =
  (chance: number): Perturbation =>
  (input, seed) =>
    changed(input, seed, (data, random) => {
      for (const one of data.series ?? []) one.points = one.points.filter(() => random() >= chance);
    });

const lossOfTraces =
  (chance: number): Perturbation =>
  (input, seed) =>
    changed(input, seed, (data, random) => {
      if (!Array.isArray(data.spans)) return;
      const lost = new Map<string, boolean>();
      data.spans = data.spans.filter(({ traceId }: { traceId: string }) => {
        if (!lost.has(traceId)) lost.set(traceId, random() < chance);
        return !lost.get(traceId);
      });
    });

const without =
  (capability: string): Perturbation =>
  (input, seed) =>
    changed(
      input,
      seed,
      () => {},
      (item) => item.capability !== capability,
    );

/** What shares a question with later evidence is from before the incident. */
const withoutBaseline: Perturbation = (input, seed) => {
  const question = ({ capability, query: { from: _from, to: _to, ...rest } }: Evidence) =>
    JSON.stringify([capability, Object.entries(rest).sort()]);
  const latest = new Map<string, Evidence>();
  for (const item of input.evidence) {
    const known = latest.get(question(item));
    if (!known || Date.parse(item.to ?? '') > Date.parse(known.to ?? '')) latest.set(question(item), item);
  }
  return changed(
    input,
    seed,
    () => {},
    (item) => latest.get(question(item)) === item,
  );
};

/** Shares of success are noisy in what they lack. */
const noise =
  (deviation: number): Perturbation =>
  (input, seed) =>
    changed(input, seed, (data, random) => {
      const full = /succe|availab/i.test(String(data.metric)) ? 100 : 0;
      for (const { points } of data.series ?? [])
        for (const point of points) point[1] = full + (point[1] - full) * factor(random, deviation);
      for (const span of data.spans ?? []) span.durationMs *= factor(random, deviation / 2);
    });

const alerted =
  (minutes: number): Perturbation =>
  (input) => {
    const moved = (at: string | null) => at && new Date(Date.parse(at) + minutes * 60_000).toISOString();
    const alerts = input.alerts.map((alert) => ({ ...alert, startsAt: moved(alert.startsAt) }));
    const latest = Math.max(...alerts.map(({ startsAt }) => Date.parse(startsAt ?? '') || 0));
    return { ...changed(input, '', () => {}), alerts, now: new Date(Math.max(input.now.getTime(), latest)) };
  };

const SYLLABLES = 'am bir ced del em fjo gro he in ja kel lu ma no on pe qua ri sla ti um va wi xe ya ze'.split(' ');

/** New names for all services, wherever they stand; `names` tells which became which. */
export function renamed(input: CaseInput, seed: string): { input: CaseInput; names: Map<string, string> } {
  const random = randomOf(seed);
  const part = () => SYLLABLES[Math.floor(random() * SYLLABLES.length)]!;
  const names = new Map(servicesOf(input).map((name, index) => [name, `${part()}${part()}${part()}${index}x`]));
  const longest = [...names.keys()].sort((left, right) => right.length - left.length);
  const escaped = longest.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const text = JSON.stringify({ alerts: input.alerts, evidence: input.evidence });
  const other =
    escaped.length > 0 ? text.replace(new RegExp(escaped.join('|'), 'g'), (name) => names.get(name)!) : text;
  return { input: { ...JSON.parse(other), now: input.now }, names };
}

function servicesOf({ alerts, evidence }: CaseInput): string[] {
  const found = evidence.flatMap(({ data }) => {
    const { series = [], rows = [], spans = [], edges = [], changes = [] } = data as Data;
    return [
      ...series.map(({ labels }: Data) => labels['service.name']),
      ...[...rows, ...spans, ...changes].map(({ service }: Data) => service),
      ...edges.flatMap(({ caller, callee }: Data) => [caller, callee]),
    ];
  });
  const names = [...found, ...alerts.map(({ service }) => service)];
  return [...new Set(names)].filter((name): name is string => typeof name === 'string' && name.length > 2).sort();
}

/** By name, with the suites whose cases have what is perturbed. */
export const PERTURBATIONS: Record<string, { suites: string[]; perturb: Perturbation }> = {
  'as it is': {
    suites: ['nezha', 'petshop', 'itbench-alerts', 'rootcausebench'],
    perturb: (input) => changed(input, '', () => {}),
  },
  'services renamed': { suites: ['nezha', 'petshop', 'itbench-alerts', 'rootcausebench'], perturb: (input) => input },
  'in any order': { suites: ['nezha', 'petshop', 'itbench-alerts', 'rootcausebench'], perturb: inAnyOrder },
  'noise of 5 %': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: noise(0.05) },
  'noise of 15 %': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: noise(0.15) },
  '30 % of traces lost': { suites: ['nezha', 'rootcausebench'], perturb: lossOfTraces(0.3) },
  '70 % of traces lost': { suites: ['nezha', 'rootcausebench'], perturb: lossOfTraces(0.7) },
  '30 % of log lines lost': { suites: ['nezha', 'rootcausebench'], perturb: lossOf('rows', 0.3) },
  '20 % of points lost': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: lossOfPoints(0.2) },
  '10 % of series lost': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: lossOf('series', 0.1) },
  '15 % of edges lost': { suites: ['petshop', 'itbench-alerts'], perturb: lossOf('edges', 0.15) },
  '15 % of alerts lost': { suites: ['itbench-alerts'], perturb: lossOf('alerts', 0.15) },
  'no baseline': { suites: ['nezha', 'petshop'], perturb: withoutBaseline },
  'no metrics': { suites: ['nezha', 'rootcausebench'], perturb: without('metrics.query') },
  'no traces': { suites: ['nezha', 'rootcausebench'], perturb: without('traces.query') },
  'no logs': { suites: ['nezha', 'rootcausebench'], perturb: without('logs.query') },
  'no call graph': { suites: ['nezha', 'petshop', 'itbench-alerts'], perturb: without('topology.services') },
  'daily peak, days known': { suites: ['nezha', 'rootcausebench'], perturb: atDailyPeak({ daysKnown: true }) },
  'daily peak, days not known': { suites: ['nezha', 'rootcausebench'], perturb: atDailyPeak({ daysKnown: false }) },
  'alert 1 min earlier': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: alerted(-1) },
  'alert 5 min later': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: alerted(5) },
  'alert 10 min later': { suites: ['nezha', 'petshop', 'rootcausebench'], perturb: alerted(10) },
};
