import { workloadOf } from '../detectors/support/names.ts';
import { parseKubernetesQuantity } from '../detectors/support/quantities.ts';
import { formOf } from './build-state.ts';
import type { Context } from './diagnosis.ts';
import type { KubernetesState, LogText, Pod } from './kubernetes-state.ts';
import { writerOf } from './mentions.ts';
import { name, quote } from './quote.ts';
import { isRecord, recordsAt, textAt } from './raw.ts';
import { printedCommands } from './read/terminal-text.ts';
import { workloadName } from './relations.ts';

/** Somebody who takes up room on the disk of a node: how much (in bytes), and the words that tell it. */
export type DiskUser = { workload: string; pod: string | null; bytes: number; says: string; evidence: number[] };

/** Less than this fills no disk of a node. */
const MUCH = 2 ** 30;

/** Who takes up the most room on the disk of a node, by what was measured there and by what the programs on it write; null where nothing tells. */
export function largestDiskUser(context: Context, node: string | null): DiskUser | null {
  const { state } = context;
  const elsewhere = new Set(
    state.pods.flatMap((pod) => (pod.node !== null && node !== null && pod.node !== node ? [pod.name] : [])),
  );
  const all = [...ofLogs(state), ...ofMeasures(context), ...ofSeries(state), ...ofEvictions(state)].filter(
    ({ bytes, pod }) => bytes >= MUCH && !elsewhere.has(pod ?? ''),
  );
  return all.toSorted((left, right) => right.bytes - left.bytes)[0] ?? null;
}

const UNITS: Record<string, number> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };
/** `15.1GiB`, `9120Mi`, `12G`, `1.4 TB`; the word before it tells what it is. */
const AMOUNT =
  /(?:\b([a-z_]{1,40})"?[=: ]{1,3}"?)?(?<![\w.])(\d{1,9}(?:\.\d{1,3})?) ?([KMGT])(?:i?B?|bytes)(?![\w/])/gi;

type Amount = { label: string; bytes: number };

function amountsIn(line: string): Amount[] {
  return [...line.matchAll(AMOUNT)].map(([, label = '', value, unit = '']) => ({
    label,
    bytes: Number(value) * (UNITS[unit.toUpperCase()] ?? 1),
  }));
}

/** Files of a program's own that lie on the disk of its node. */
const FILES =
  /\bscratch|\btemp(?:orary)?\b|\btmp\b|\/tmp|\/var\/|\bintermediates?\b|\bspool|\b(?:heap|core|thread) ?dumps?\b|\bempty-?dir\b|\bephemeral|\bon disk\b|\bdisk (?:usage|use|cache|buffer)|\blocal (?:cache|disk|files?|copies|storage)|\bcache ?(?:dir|size|files?)|\blog ?files?\b|\b(?:dir|path|file)=\//i;
const NOT_FILES = /\b(?:s3|gs|https?):\/\/|\brss\b|\bheap (?!dump)|\bmemory\b|\bupload(?:ed|ing)\b|\bsent\b|\bRAM\b/i;
/** What may be used, is asked for or is left, not what is used. */
const NO_USE = /limit|request|free|avail|total|capacity|quota|max|left|threshold|need|rate|speed/i;

/** Who writes about a whole node, not about files of its own. */
const OF_NODE = /agent|kubelet|exporter|problem-detector|containerd|dockerd|crio|journald|monitor/i;

/** What programs write about the files that they keep. */
function ofLogs(state: KubernetesState): DiskUser[] {
  return state.logs
    .filter((log) => !log.command && !OF_NODE.test(writerOf(log)))
    .flatMap((log) => {
      const workload = log.pod ? workloadOf(log.pod) : log.service;
      const told = log.lines
        .slice(-500)
        .map((line) => line.slice(0, 1000))
        .filter((line) => FILES.test(line) && !NOT_FILES.test(line) && !liesOnVolume(state, log, line))
        .map((line) => ({ line, bytes: most(amountsIn(line).filter(({ label }) => !NO_USE.test(label))) }));
      const [largest] = told.toSorted((left, right) => right.bytes - left.bytes);
      return workload && largest
        ? [
            {
              workload,
              pod: log.pod,
              bytes: largest.bytes,
              says: `says ${quote(largest.line, 180)}`,
              evidence: [log.evidence],
            },
          ]
        : [];
    });
}

const most = (amounts: Amount[]): number => Math.max(0, ...amounts.map(({ bytes }) => bytes));

/** True where a line speaks of a path on which the pod has mounted a volume of its own. */
function liesOnVolume({ pods }: KubernetesState, log: LogText, line: string): boolean {
  const own = pods.find((pod) => pod.name === log.pod)?.template;
  const claimed = new Set(own?.volumes.flatMap(({ name: volume, claim }) => (claim ? [volume] : [])));
  return (own?.containers ?? []).some(({ mounts }) =>
    mounts.some(({ volume, path }) => claimed.has(volume) && path.length > 1 && line.includes(path)),
  );
}

/** Who measures what lies on disks, by the words of the command. */
const MEASURES =
  /\bdu\b|\bstats\/summary\b|\bcrictl\b.*\bstats\b|\bdocker (?:ps\b.*(?:-s\b|--size)|system df)|ephemeral|\bfs[._]?usage|\brootfs/i;

/** What was printed by commands that measure: sizes of directories, of containers and of the ephemeral storage of pods. */
function ofMeasures({ state, input }: Context): DiskUser[] {
  return formOf(input.evidence, 'command.output').flatMap(({ data, number }) =>
    printedCommands(data.command, data.output.slice(0, 500_000)).flatMap(({ command, output }) => {
      if (!MEASURES.test(command)) return [];
      return (summary(output) ?? rows(state, command, output)).map((one) => ({ ...one, evidence: [number] }));
    }),
  );
}

type Measured = Omit<DiskUser, 'evidence'>;

/** The summary of a kubelet as it answers it. */
function summary(output: string): Measured[] | null {
  if (!output.includes('"podRef"')) return null;
  try {
    const parsed: unknown = JSON.parse(output);
    return recordsAt(isRecord(parsed) ? parsed : {}, 'pods').flatMap((one) => {
      const pod = textAt(one, 'podRef', 'name');
      const bytes = Number(textAt(one, 'ephemeral-storage', 'usedBytes') ?? Number.NaN);
      return pod && bytes > 0 ? [{ workload: workloadOf(pod), pod, bytes, says: takes(bytes) }] : [];
    });
  } catch {
    return null;
  }
}

const takes = (bytes: number): string => `takes up ${bytes} bytes of it`;

const ONLY_BYTES = /(?<![\w.:])(\d{9,15})(?![\w.:])/g;
/** `du` prints the size first, in KiB where it was not asked for another unit. */
const OF_DU = /^\s*(\d+(?:\.\d+)?)([KMGT]?)i?B?\s+(\S.*)$/;

/** One row for each directory, container or pod. */
function rows(state: KubernetesState, command: string, output: string): Measured[] {
  const du = /\bdu\b/.test(command);
  const asked = /\bkubectl\b.*\bexec\b/.test(command) ? podIn(state, command) : null;
  return output.split('\n').flatMap((whole) => {
    const line = whole.slice(0, 600).replace(/\(virtual [^)]{0,20}\)/, '');
    const who = podIn(state, line) ?? asked ?? byPart(state, line);
    if (!who) return [];
    const bytes = du ? sizeFirst(line, command) : lastSize(line);
    return [{ ...who, bytes, says: `takes up the most by what was measured: ${quote(line.trim(), 160)}` }];
  });
}

function sizeFirst(line: string, command: string): number {
  const [, value, unit = ''] = OF_DU.exec(line) ?? [];
  const plain = /\s-\w{0,6}b/.test(command) ? 1 : /\s-\w{0,6}m/.test(command) ? 2 ** 20 : 2 ** 10;
  return Number(value ?? 0) * (UNITS[unit] ?? plain);
}

function lastSize(line: string): number {
  const [plain] = [...line.matchAll(ONLY_BYTES)].slice(-1);
  return plain ? Number(plain[1]) : (amountsIn(line).at(-1)?.bytes ?? 0);
}

type Who = { workload: string; pod: string | null };

/** A name as ReplicaSets give it to their pods. */
const POD_NAME = /(?<![a-z0-9-])([a-z0-9][a-z0-9-]{0,60}-[a-z0-9]{6,10}-[a-z0-9]{5})(?![a-z0-9-])/;

/** The pod that a text names, by its name or its identity. */
function podIn({ pods }: KubernetesState, text: string): Who | null {
  const known = pods.find(
    (pod) => text.includes(pod.name) || text.includes(textAt(pod.raw, 'metadata', 'uid') ?? '\0'),
  );
  if (known) return { workload: workloadName(known), pod: known.name };
  const [, pod] = POD_NAME.exec(text) ?? [];
  return pod ? { workload: workloadOf(pod), pod } : null;
}

/** The only workload that has a container or a volume of the name that a row tells. */
function byPart({ pods }: KubernetesState, line: string): Who | null {
  const words = new Set(line.split(/[\s/]+/));
  const has = ({ template }: Pod): boolean =>
    [...template.containers, ...template.volumes].some((part) => words.has(part.name));
  const owners = pods.filter(has);
  const [workload, ...others] = new Set(owners.map(workloadName));
  if (!workload || others.length > 0) return null;
  return { workload, pod: owners.length === 1 ? (owners[0]?.name ?? null) : null };
}

/** What metrics of the disk say that have the pod as a label. */
function ofSeries({ series }: KubernetesState): DiskUser[] {
  return series
    .filter(({ asked }) => /fs_usage_bytes|ephemeral_storage|rootfs/i.test(asked))
    .flatMap(({ labels, points, evidence }) => {
      const pod = labels.pod ?? labels.pod_name ?? null;
      const bytes = Number(points.at(-1) ?? Number.NaN);
      return pod && bytes > 0
        ? [{ workload: workloadOf(pod), pod, bytes, says: takes(bytes), evidence: [evidence] }]
        : [];
    });
}

/** What the kubelet says of every container of a pod that it evicts. */
export const USED_BY_EVICTED =
  /Container (\S{1,80}) was using (\S{1,24}), request is [^,]{1,24}, has larger consumption of ([\w-]+)/g;

function ofEvictions({ pods }: KubernetesState): DiskUser[] {
  return pods.flatMap((pod) =>
    [...(pod.message ?? '').slice(0, 4000).matchAll(USED_BY_EVICTED)].flatMap(([, container = '', used = '', of]) => {
      const bytes = of === 'ephemeral-storage' ? (parseKubernetesQuantity(used) ?? 0) : 0;
      const says = `was using ${used} in its container ${name(container)} when it was evicted`;
      return [{ workload: workloadName(pod), pod: pod.name, bytes, says, evidence: pod.evidence }];
    }),
  );
}

/** The sentence about who fills a disk. */
export const fillsDisk = ({ workload, pod, says }: DiskUser): string =>
  `Its disk is filled by ${name(workload)}: ${pod && pod !== workload ? `pod ${name(pod)}` : name(workload)} ${says}`;
