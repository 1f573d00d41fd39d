import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** What decides who may connect to whom. */
const RULES_OF_NETWORKS =
  /NetworkPolicy|policyTypes|\b(?:egress|ingress)\b[\s\S]{0,200}\b(?:podSelector|ipBlock|cidr\w*|namespaceSelector|toEntities|toFQDNs|toPorts|from_port)\b|aws_security_group|aws_network_acl|azurerm_network_security|google_compute_firewall|AuthorizationPolicy|iptables|nftables|ufw (?:allow|deny)/;
const OPENING =
  /\b(?:port|ports|endPort|from_port|to_port|cidr\w*|podSelector|namespaceSelector|matchLabels|toFQDNs)\b/;
const NARROWS = /^\s*-?\s*(?:ports|toPorts):/;
const FORBIDS = /\b(?:deny|drop|reject)\b|kind:\s*NetworkPolicy|policyTypes:/i;
const PORT = /\b(?:port|from_port|to_port):?\s*=?\s*["']?(\d{1,5})\b/g;

const FAILS = '(?:time[sd]? ?out|ETIMEDOUT|refused|unreachable|no route|reset|not answer)';

/** A rule of the network that lets through less than before; which ports it still does is told from its lines. */
export function blockedConnections({ detail }: ReadChange): Consequence[] {
  const text = detail.slice(0, 20_000);
  if (!RULES_OF_NETWORKS.test(text)) return [];
  const { removed, added, context } = signedLines(text);
  const forbids = added.some((line) => FORBIDS.test(line)) && !removed.some((line) => FORBIDS.test(line));
  const narrows =
    added.some((line) => NARROWS.test(line)) && ![...removed, ...context].some((line) => NARROWS.test(line));
  const takesAway = removed.filter((line) => OPENING.test(line));
  if (!forbids && !narrows && takesAway.length === 0) return [];
  const ports = portsOf([...added, ...context]);
  const why =
    narrows && ports.length > 0
      ? `its network policy lets connections to ports ${ports.slice(0, 6).join(', ')} through only`
      : `its ${kindOf(text)} lets fewer connections through${closedRanges(removed, added)}`;
  return [{ why, shows: failsBeside(ports), isPlain: true, class: 'network' }];
}

const kindOf = (text: string): string => {
  const way = /(?:\b|_)egress(?:\b|_)/i.test(text) ? ' (egress)' : '';
  if (/security_?group/i.test(text)) return `security group${way}`;
  return /firewall|iptables|nftables|\bufw\b/i.test(text) ? `firewall${way}` : 'network policy';
};

const FROM = /\bfrom_?port["']?\s*[:=]\s*["']?(\d{1,5})\b/i;
const TO = /\bto_?port["']?\s*[:=]\s*["']?(\d{1,5})\b/i;
const MOST_RANGES = 3;

/** The ranges of ports that were open and are not any more, as the end of a clause: their ends are told, what lies between is not. */
function closedRanges(removed: string[], added: string[]): string {
  const open = new Set(rangesOf(added).map(({ from, to }) => `${from} ${to}`));
  const closed = rangesOf(removed).filter(({ from, to }) => from !== to && !open.has(`${from} ${to}`));
  const told = closed.slice(0, MOST_RANGES).map(({ from, to }) => `${from} to ${to}`);
  return told.length > 0 ? `: all ports ${told.join(', ')} were open before` : '';
}

function rangesOf(lines: string[]): { from: string; to: string }[] {
  return lines.flatMap((line, index) => {
    const from = FROM.exec(line)?.[1];
    const to = TO.exec(line)?.[1] ?? TO.exec(lines[index + 1] ?? '')?.[1];
    return from !== undefined && to !== undefined ? [{ from, to }] : [];
  });
}

const portsOf = (lines: string[]): string[] => [
  ...new Set(lines.flatMap((line) => [...line.matchAll(PORT)].map(([, port]) => port!))),
];

/** Failures of connections, and where ports are told, to another one than those that are let through. */
function failsBeside(ports: string[]): RegExp {
  const other = ports.length > 0 ? `(?!(?:${ports.join('|')})\\b)` : '';
  const peer = `(?::|\\bport )${other}\\d{2,5}\\b`;
  return new RegExp(
    `[\\w.-]{0,60}${peer}[^\\n]{0,60}?${FAILS}|${FAILS}[^\\n]{0,80}?${peer}${ports.length > 0 ? '' : `|connect\\w*[^\\n]{0,60}?${FAILS}`}`,
    'i',
  );
}
