import type { Evidence } from '../../shared/report.ts';
import { formOf } from '../kubernetes-state/build-state.ts';

/** The state in which a cloud says that a server is (`available`, `storage-full`), in its own word. */
export type ServerStatus = { status: string; evidence: number };

const ASKS = /\baws\s+rds\s+describe-db-(?:instances|clusters)\b/;
const NAMED = /"(?:DB(?:Instance|Cluster)?)?Status"\s*:\s*"([a-z][a-z-]{3,60})"/i;
/** The words of a cloud where only values were asked for. */
const BARE =
  /(?:^|["\s])(available|backing-up|failed|stopp(?:ed|ing)|starting|rebooting|maintenance|modifying|upgrading|storage-full|inaccessible-encryption-credentials(?:-recoverable)?|incompatible-[a-z-]{4,30})(?=["\s,]|$)/m;

/** What the command line of AWS printed as the state of a database server; null where nobody asked. */
export function serverStatus(evidence: Evidence[]): ServerStatus | null {
  const answers = formOf(evidence, 'command.output').filter(({ data }) => ASKS.test(data.command.slice(0, 1000)));
  const found = answers.flatMap(({ number, data }) => {
    const text = data.output.slice(0, 50_000);
    const status = NAMED.exec(text)?.[1] ?? BARE.exec(text)?.[1];
    return status ? [{ status: status.toLowerCase(), evidence: number }] : [];
  });
  return found.find(({ status }) => status !== 'available') ?? found[0] ?? null;
}
