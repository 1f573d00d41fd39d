import type { Evidence, Finding } from '../../shared/report.ts';
import { evidenceOf } from '../detectors/support/evidence-of.ts';
import { isPort, parseHostPort } from '../detectors/support/names.ts';

/** Ports where TLS is usually spoken from the first byte: HTTPS, mail, directories, brokers, and the APIs of clusters. */
const USUAL = new Set([
  443, 465, 563, 636, 853, 989, 990, 993, 995, 2376, 2379, 2380, 3269, 5061, 5671, 5986, 6443, 6514, 6697, 8443, 8883,
  9443, 10250, 15671,
]);
/** Ports of protocols that begin in the clear and agree on TLS later: a handshake there fails though nothing is wrong. */
const BEGIN_IN_THE_CLEAR = new Set([21, 25, 110, 119, 143, 389, 587, 1433, 3306, 4190, 5222, 5269, 5432, 6432]);
const SECURE = '(?:https|wss|grpcs|amqps|mqtts|ldaps|imaps|pop3s|smtps|ftps|rediss|tls|ssl|[a-z]{2,12}\\+(?:ssl|tls))';
/** A scheme tells the port where nothing else does. */
const DEFAULT_PORT = /^(?:https|wss):/i;
const SPEAKS_OF_TLS = /\bcertificat|\btls\b|\bssl\b|x\.?509|\bhandshake\b/i;
/** What is said of a host is said near it: lines of several peers are not mixed up. */
const NEAR = 200;
const MOST_PORTS = 2;

/**
 * The ports of a finding's component where TLS may be spoken, two at most: those where it is usual, and those that its statement and
 * the evidence that it cites name with a scheme of TLS or with words about it. None where no port is known.
 */
export function tlsPorts({ component, statement, evidence: cited }: Finding, evidence: Evidence[]): number[] {
  const peer = component ? parseHostPort(component) : null;
  if (!peer) return [];
  const found = new Set<number>();
  const told = [`${component} ${statement}`, ...textsOf(evidence.filter(({ number }) => cited.includes(number)))];
  for (const text of told) for (const port of portsIn(text, peer.host)) found.add(port);
  return [...found].slice(0, MOST_PORTS);
}

function portsIn(text: string, host: string): number[] {
  const name = host.replace(/[^A-Za-z0-9_-]/g, '\\$&');
  const place = new RegExp(
    `(?<scheme>\\b${SECURE}://)?(?:[^\\s/@]{1,64}@)?(?<![\\w.-])\\[?${name}\\]?(?![\\w-]|\\.\\w)["'\`]?(?:/[0-9.]{7,15})?(?:(?::|,? port[ =])(?<port>\\d{1,5})\\b)?`,
    'gi',
  );
  return [...text.matchAll(place)].flatMap(({ groups = {}, index, 0: whole }) => {
    const { scheme = '', port = DEFAULT_PORT.test(scheme) ? '443' : '' } = groups;
    if (!isPort(port) || BEGIN_IN_THE_CLEAR.has(Number(port))) return [];
    const around = text.slice(Math.max(0, index - NEAR), index + whole.length + NEAR);
    return scheme !== '' || USUAL.has(Number(port)) || SPEAKS_OF_TLS.test(around) ? [Number(port)] : [];
  });
}

/** What evidence of connections says, each line or check by itself; a peer of attributes as `host:port`. */
function textsOf(cited: Evidence[]): string[] {
  return [
    ...evidenceOf(cited, 'logs.query').flatMap(({ data }) =>
      data.rows.map(({ body, attributes }) => `${body} ${ofAttributes(attributes)}`),
    ),
    ...evidenceOf(cited, 'traces.query').flatMap(({ data }) =>
      data.spans.map(({ attributes }) => ofAttributes(attributes)),
    ),
    ...evidenceOf(cited, 'pods.logs').flatMap(({ data }) => data.lines),
    ...evidenceOf(cited, 'tcp.check').map(({ data }) => `${data.host}:${data.port}`),
    ...evidenceOf(cited, 'http.check').map(({ data }) => data.url),
  ];
}

const URLS = ['url.full', 'http.url', 'exception.message', 'error.message'];

function ofAttributes(attributes: Record<string, string>): string {
  const host = attributes['server.address'] ?? attributes['net.peer.name'];
  const port = attributes['server.port'] ?? attributes['net.peer.port'];
  const scheme = attributes['url.scheme'] ?? attributes['http.scheme'];
  const peer = host && port ? `${scheme ? `${scheme}://` : ''}${host}:${port}` : '';
  return [peer, ...URLS.flatMap((name) => attributes[name] ?? [])].join(' ');
}
