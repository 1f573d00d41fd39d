import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { messageOf } from '../logs/message-of.ts';
import { writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** Finds a provider outside of the system whose own status page says that it fails, where programs complain about calls to it. */
export const statusPages: Analyzer = ({ state }) =>
  state.logs.flatMap((page) => {
    const outage = outageIn(page);
    if (!outage) return [];
    const callers = state.logs.flatMap((log) => complaintAbout(outage.provider, log));
    return callers[0] ? [toDiagnosis(page, outage, callers)] : [];
  });

type Outage = { provider: string; says: string };
type Complaint = { log: LogText; line: string; host: string };

/** How status pages (Atlassian's and those that copy its interface) call what is not well. */
const INDICATOR = /"indicator"\s*:\s*"(?:minor|major|critical)"/;
const COMPONENT = /"status"\s*:\s*"(?:partial_outage|major_outage|degraded_performance)"/;
const SAYS = /"description"\s*:\s*"([^"]{3,160})"/;
const INCIDENT = /"name"\s*:\s*"([^"]{3,160})"[^{}]{0,400}"status"\s*:\s*"(?:investigating|identified|monitoring)"/;

function outageIn({ command, lines }: LogText): Outage | null {
  const host = /^(?:curl|wget|http)\b[^|]*?:\/\/([a-z0-9.-]+)/i.exec(command ?? '')?.[1]?.toLowerCase();
  const text = lines.slice(0, 400).join('\n').slice(0, 100_000);
  if (!host?.includes('status') || !(INDICATOR.test(text) || COMPONENT.test(text))) return null;
  const provider = providerOf(host);
  const says = INCIDENT.exec(text)?.[1] ?? SAYS.exec(text)?.[1] ?? null;
  return provider && says ? { provider, says } : null;
}

/** `acme` of status.acme.io, acme.statuspage.io and acmestatus.com. */
function providerOf(host: string): string | null {
  const labels = host.split('.').slice(0, -1);
  const names = labels
    .map((label) => label.replace(/-?status(?:page)?-?/g, ''))
    .filter((label) => label.length >= 3 && !/^(?:www|co|com|net|org)$/.test(label));
  return names.at(-1) ?? null;
}

const FAILS = /\b5\d\d\b|unavailable|time(?:d )?-?out|refused|reset|deadline|bad gateway|fail|error/i;

/** The last line in which a program complains about a host of the provider. */
function complaintAbout(provider: string, log: LogText): Complaint[] {
  if (log.command) return [];
  const host = new RegExp(
    `\\b(?:[a-z0-9-]{1,63}\\.){0,4}${provider}(?:[a-z0-9-]{0,20})(?:\\.[a-z0-9-]{2,30}){1,3}\\b`,
    'i',
  );
  const line = log.lines.findLast((one) => FAILS.test(one.slice(0, 1500)) && host.test(one.slice(0, 1500)));
  const found = line ? host.exec(line.slice(0, 1500))?.[0] : undefined;
  return line && found ? [{ log, line, host: found }] : [];
}

function toDiagnosis(page: LogText, { provider, says }: Outage, callers: Complaint[]): Diagnosis {
  const [first] = callers;
  const owners = [...new Set(callers.map(({ log }) => writerOf(log)))];
  return diagnosis({
    kind: 'provider-outage',
    class: 'network',
    statement: `${name(first?.host ?? provider)}, which is outside of the system, fails: its own status page says ${quote(says, 150)}, and calls of ${owners.slice(0, 3).map(name).join(', ')} to it fail: ${quote(messageOf(first?.line ?? ''), 180)}`,
    component: first?.host ?? provider,
    namespace: first?.log.namespace ?? null,
    touches: [provider, ...owners, ...callers.map(({ log }) => log.pod ?? '')],
    confidence: 0.88,
    evidence: [page.evidence, ...callers.map(({ log }) => log.evidence)],
    prevention: [
      'Call providers outside with a timeout, a circuit breaker and a fallback, and subscribe to their status pages.',
    ],
  });
}
