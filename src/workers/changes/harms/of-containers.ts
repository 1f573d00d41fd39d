import type { Consequence, ReadChange } from './harm.ts';
import { signedLines } from './harm.ts';
import { came, type HarmRule } from './lines.ts';

const OF_PROBES = /(?:liveness|readiness|startup)_?Probe|health_?check|HEALTHCHECK|target_group|livenessPath|probe/i;
const HOW_PROBED =
  /\b(?:path|port|command|scheme|host|initialDelaySeconds|periodSeconds|timeoutSeconds|failureThreshold|successThreshold|interval|matcher|(?:un)?healthy_threshold|start_period|retries)\b/i;
const NOT_ALIVE =
  /probe failed|liveness|readiness|unhealthy|health.?check|restarts?(?:_total)?\b|not ready|crash.?loop|unavailable_?replicas|replicas_?unavailable|failed (?:elb|target) health|draining/i;

const MEMORY_GIVEN =
  /(?:\bmemory\w*|\bmem_?limit|-Xm[xs]|max-old-space-size|maxHeap\w*|MaxRAMPercentage|innodb_buffer_pool_size|shared_buffers|work_mem|maxmemory)["']?\s*[:= ]?\s*["']?(\d+(?:\.\d+)?)\s*([KMGT]?)/gi;
const UNITS: Record<string, number> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12 };
/** What takes a tenth away is tuned. */
const MUCH_LESS = 0.7;

/** The memory that lines give to programs, in all; not a number where they give none. */
function memoryOf(lines: string[]): number {
  const given = lines.flatMap((line) =>
    [...line.matchAll(MEMORY_GIVEN)].map(([, amount, unit = '']) => Number(amount) * UNITS[unit.toUpperCase()]!),
  );
  return given.length === 0 ? Number.NaN : given.reduce((sum, one) => sum + one, 0);
}

/** Only in a hunk about a probe, since paths and ports stand everywhere. */
export function changedProbe({ detail }: ReadChange): Consequence[] {
  const isChanged = detail.split(/^@@/m, 100).some((hunk) => {
    const text = hunk.slice(0, 8000);
    const { removed, added } = signedLines(text);
    return OF_PROBES.test(text) && removed.some((line) => HOW_PROBED.test(line)) && added.length > 0;
  });
  if (!isChanged) return [];
  const why = 'it changes how the program is asked whether it is well (probe, health check)';
  return [{ why, shows: NOT_ALIVE, isPlain: true }];
}

/** What takes room and rights from containers and functions. */
export const OF_CONTAINERS: readonly HarmRule[] = [
  {
    why: 'its programs get less memory',
    class: 'resource',
    when: ({ removed, added }) => memoryOf(added) <= MUCH_LESS * memoryOf(removed),
    shows: /memor|heap|\boom|\bgc\b|exit code 137|signal: killed|Runtime\.ExitError|evict|swap|cannot allocate/i,
  },
  {
    why: 'its container may no longer write to its files',
    when: (lines) => came(lines, /readOnlyRootFilesystem["']?\s*[:=]\s*true|read_only["']?\s*[:=]\s*true|:ro["']?\s*$/),
    shows: /read-only file ?system|EROFS|Errno 30/i,
  },
  {
    why: 'its container runs as another user, or without rights that it had',
    when: (lines) =>
      came(
        lines,
        /runAsNonRoot["']?\s*:\s*true|runAsUser|^USER\s|^FROM\s\S+:\S*nonroot|allowPrivilegeEscalation|drop:\s*\[|cap_?drop/im,
      ),
    shows: /permission denied|EACCES|operation not permitted|runAsNonRoot|cannot (?:bind|open)|not permitted/i,
  },
  {
    why: 'it no longer keeps connections open between calls',
    when: (lines) =>
      came(
        lines,
        /keep_?alives?["']?\s*[:=(,]\s*["']?(?:false|0|off|no)\b|DisableKeepAlives:\s*true|["']?Connection["']?\s*[:,]\s*["']?close/i,
      ),
    shows:
      /EADDRNOTAVAIL|assign requested address|time.?wait|handshake|sockets?\b|ephemeral|connections?_(?:accepted|opened|new)|port exhaust/i,
  },
];
