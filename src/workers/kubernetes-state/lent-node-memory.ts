import { binaryBytes } from '../detectors/support/quantities.ts';
import type { KubernetesState } from './kubernetes-state.ts';
import { type Raw, textAt } from './raw.ts';

/** The used memory of a whole machine, which counts the pages of files that the kernel keeps there. */
const OF_MACHINE =
  /\b(?:system\.mem\.(?:used|pct_usable|free)|node_memory_Mem(?:Free|Total)_bytes|mem_used_percent|node_memory_utili[sz]ation)\b/i;
/** `total 15.3GiB`, `MemAvailable 10.9GiB`, `available: 7,2 Gi`. */
const amount = (name: string): RegExp =>
  new RegExp(String.raw`\b(?:Mem|memory[ _])?${name}\b["']?[=: ]{1,3}(\d{1,9}(?:\.\d{1,3})?) ?([KMGT]i?B?)\b`, 'i');
const [TOTAL, AVAILABLE] = [amount('total'), amount('available')];
/** So much of its memory a machine can give out at any moment. */
const ROOMY = 0.2;

/**
 * True for a monitor of the used memory of machines where what was logged of their memory tells that much of it is available still: pages
 * of files fill what nobody needs. The kubelets must not feel any pressure.
 */
export function countsLentMemory(state: KubernetesState, monitor: Raw): boolean {
  if (!OF_MACHINE.test((textAt(monitor, 'query') ?? '').slice(0, 1500))) return false;
  const told = state.logs
    .filter(({ command }) => !command)
    .flatMap(({ lines }) => lines.slice(-2000).flatMap((line) => roomIn(line.slice(0, 1500)) ?? []));
  const pressed = state.nodes.some(({ conditions }) =>
    conditions.some(({ type, status }) => type === 'MemoryPressure' && status === 'True'),
  );
  return told.length > 0 && told.every((share) => share >= ROOMY) && !pressed;
}

/** The share of a machine's memory that a line says is available; null where it tells of none. */
function roomIn(line: string): number | null {
  const [total, available] = [TOTAL, AVAILABLE].map((pattern) => {
    const [, value = '', unit = ''] = pattern.exec(line) ?? [];
    return value === '' ? null : binaryBytes(`${value}${unit}`);
  });
  return total && available ? available / total : null;
}
