import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeAlert } from './make-alert.ts';
import { makeEvidence } from './make-evidence.ts';
import { indexedCases } from './recorded-case.ts';
import type { CaseInput, SuiteAdapter } from './suite-adapter.ts';

type StormCase = {
  id: string;
  alerts: { alertname: string; kind: string | null; name: string; namespace: string | null }[];
};
/** By namespace; an edge is callee, caller. */
type Topology = { edges: Record<string, [callee: string, caller: string][]> };

/** These cases tell no time. */
const NOW = new Date('2026-01-01T00:00:00Z');

/** Storms of alerts in shuffled order with the architecture of the systems. */
export const itbenchAlerts: SuiteAdapter = {
  suite: 'itbench-alerts',
  list(casesFolder) {
    return indexedCases(casesFolder, 'itbench-alerts').map(({ id, folder }) => {
      const file = folder.split('#')[0]!;
      return { id, read: () => toInput(readCase(file, id), readTopology(dirname(file))) };
    });
  },
};

function readCase(file: string, id: string): StormCase {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line): StormCase => JSON.parse(line)).find((one) => one.id === id)!;
}

const readTopology = (folder: string): Topology => JSON.parse(readFileSync(join(folder, 'topology.json'), 'utf8'));

function toInput({ alerts }: StormCase, topology: Topology): CaseInput {
  const active = alerts.map(({ alertname, kind, name, namespace }) => {
    return { name: alertname, kind, entity: name, namespace, severity: null, startsAt: null };
  });
  const edges = systemsOf(alerts, topology).flatMap((system) =>
    topology.edges[system]!.map(([callee, caller]) => ({ caller, callee })),
  );
  const recorded = [
    { capability: 'alerts.active', data: { alerts: active } },
    { capability: 'topology.services', data: { edges } },
  ];
  const incident = active.map(({ name, entity, namespace }) =>
    makeAlert({ title: `${name} ${entity}`, name, namespace, service: entity }),
  );
  return { alerts: incident, evidence: makeEvidence(recorded, NOW), now: NOW };
}

/** The systems that the alerts are from; all where the alerts name none. */
function systemsOf(alerts: StormCase['alerts'], { edges }: Topology): string[] {
  const named = Object.keys(edges).filter((system) => alerts.some(({ namespace }) => namespace === system));
  return named.length > 0 ? named : Object.keys(edges);
}
