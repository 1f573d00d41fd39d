import { type MetricShift, metricShifts } from '../../changes/metric-shifts.ts';
import { alertTime, problemLines, usualUntil } from '../../changes/problem-lines.ts';
import { isMoreWork } from '../../changes/served-demand.ts';
import { wordsOf } from '../../localisation/telemetry/metric-kind.ts';
import type { DetectorInput } from '../detector.ts';
import type { Proof } from './clean-evidence.ts';
import { evidenceOf } from './evidence-of.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';
import { type Told, tellsBeginning, toldLines } from './told-work.ts';
import { measuredMetric } from './usual-metric.ts';
import { tellsFailure } from './work-words.ts';

/** What counts requests that are refused for what the client asks. */
const REFUSED = /\b4xx\b|\b40[0-9]\b|\bclient errors?\b|\bnot found\b|\b(?:waf|firewall) (?:block|den|reject)\w*/;
/** What scanners ask every site for, be it theirs or not. */
const PROBED =
  /\/(?:wp-(?:login|admin|content)|xmlrpc\.php|\.env|\.git\b|\.aws|\.ssh|\.svn|phpmyadmin|pma\b|cgi-bin|server-status|actuator|admin\.php|config\.(?:php|json|ya?ml)|backup\b|etc\/passwd|vendor\/phpunit|solr|jenkins|manager\/html|owa\b|_ignition|hudson|console\b|telescope|shell\b|id_rsa|dump\.sql|\.DS_Store|debug\/pprof|boaform|HNAP1)/i;
const ADDRESS = /(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])/;
/** An answer of 4xx as access logs tell it. */
const ANSWERED_4XX =
  /\b(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \/\S{0,200} 4\d\d\b|"\s4\d\d\b|\b(?:status|code|answered|responded)["=: ]{1,4}4\d\d\b|\s4\d\d\s\d|\b4\d\d (?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)\b/;
const PATH = /\s(\/[^\s"?]{0,200})/;

/** So many refusals, so large a share of them of one visitor, and so large a share of what he asks that only scanners ask for. */
const [ENOUGH, MOST, PROBING] = [6, 0.6, 0.3] as const;
/** As many addresses of one network a scanner has. */
const SIDE_BY_SIDE = 8;
const MAX_BODY = 600;

/** Where logs put the address of who asks, if not into the line. */
const OF_VISITORS = [
  'client.address',
  'client.ip',
  'http.client_ip',
  'remote_addr',
  'remote_ip',
  'source.ip',
  'network.peer.address',
  'net.peer.ip',
  'x_forwarded_for',
];

type Row = { body: string; attributes: Record<string, string> };
/** `network` is where the visitor comes from: scanners have several addresses side by side. */
type Refusal = { at: number; visitor: string; network: string; path: string; evidence: number };

/** The address of who asks, and the network of it (its first 24 bits); null where the line does not tell. */
function visitorOf({ body, attributes }: Row): { visitor: string; network: string } | null {
  const told = [body.slice(0, MAX_BODY), ...OF_VISITORS.flatMap((name) => attributes[name] ?? [])];
  const visitor = told.flatMap((text) => ADDRESS.exec(text)?.[0] ?? [])[0];
  return visitor === undefined ? null : { visitor, network: visitor.replace(/\.\d+$/, '') };
}

/**
 * Proof that requests are refused because a scanner asks for what no site of the kind has, or because of a scan that was announced: nearly all refusals
 * since are his, and nothing else became worse for anybody. Null where the alert is about something else.
 */
export function scannedSite(input: DetectorInput): Proof | null {
  const measured = measuredMetric(input);
  if (!measured || !REFUSED.test(wordsOf(measured.metric))) return null;
  if (!metricShifts(input).every(isOfVisit)) return null;
  const refusals = refusalsOf(input);
  const [network, own] =
    [...Map.groupBy(refusals, (one) => one.network)].toSorted((left, right) => right[1].length - left[1].length)[0] ??
    [];
  const visitors = [...new Set(own?.map(({ visitor }) => visitor))];
  if (!network || !own || visitors.length > SIDE_BY_SIDE || own.length < ENOUGH || own.length < MOST * refusals.length)
    return null;
  const announced = announcedScan(input, measured.service, Math.min(...own.map(({ at }) => at)));
  if (!announced && own.filter(({ path }) => PROBED.test(path)).length < PROBING * own.length) return null;
  // Whoever complains, it is not about what the scanner asks for; who scans may tell what was refused.
  const complaints = problemLines(input).filter((line) => line.service !== announced?.service);
  if (complaints.some((line) => visitorOf(line)?.network !== network)) return null;
  const asked = [...new Set(own.map(({ path }) => path))].slice(0, 3).join(', ');
  if (announced)
    return {
      statement: `the requests that are refused come from one client (${visitors.slice(0, 2).join(' and ')}), since a scan was announced ("${oneLine(announced.text, 140)}"); everybody else is answered as before`,
      evidence: [...new Set([measured.number, announced.number, ...own.map(({ evidence }) => evidence)])],
    };
  return {
    statement: `the requests that are refused come from one scanner (${visitors.slice(0, 2).join(' and ')}), which asks for what is not there (${oneLine(asked, 90)}); everybody else is answered as before`,
    evidence: [...new Set([measured.number, ...own.map(({ evidence }) => evidence)])],
  };
}

/** What somebody does to see whether a site refuses what it should. */
const SCANS =
  /\b(?:(?:security|vulnerability|auth\w*|compliance|port|dast|pci|asv) (?:scan|test|audit|check)\w*|scan\w*|pen(?:etration)?[- ]?test\w*|red team\w*)\b/i;
/** It is announced so long before at most, and told of so soon after. */
const [BEFORE_MS, AFTER_MS] = [10 * 60_000, 60_000];

/** The line by which somebody else told that a scan of this very service begins, just when its first refusal came; null where nobody did, or it found something. */
function announcedScan(input: DetectorInput, service: string, from: number): Told | null {
  const told = toldLines(input).filter(
    (line) => !sameName(line.service, service) && SCANS.test(line.text) && line.text.includes(service),
  );
  const begun = told.find(
    ({ at, text }) => at >= from - BEFORE_MS && at <= from + AFTER_MS && tellsBeginning(text) && !tellsFailure(text),
  );
  return begun && !told.some(({ text }) => FOUND.test(text)) ? begun : null;
}

/** What a scan says that found what it should not. */
const FOUND =
  /\b(?!0\b)\d{1,6} (?:(?:critical|high|medium|new|open) )?(?:findings?|vulnerabilit\w+|issues?|accepted|let in)\b/i;

/** More requests, and more that are refused. */
const isOfVisit = (shift: MetricShift): boolean =>
  shift.since > shift.before &&
  (REFUSED.test(wordsOf(shift.metric)) || isMoreWork(shift) || OF_TRAFFIC.test(wordsOf(shift.metric)));
const OF_TRAFFIC = /\b(?:bytes|bandwidth|connections? (?:new|accepted)|sessions?|visitors?)\b/;

/** Refusals that began with the trouble: who was refused before is no news. */
function refusalsOf(input: DetectorInput): Refusal[] {
  const logged = evidenceOf(input.evidence, 'logs.query').flatMap(({ number, data }) =>
    data.rows.map((row) => ({ ...row, number })),
  );
  const all = logged.flatMap(({ number, ...row }): Refusal[] => {
    const text = row.body.slice(0, MAX_BODY);
    const from = ANSWERED_4XX.test(text) ? visitorOf(row) : null;
    const ms = Date.parse(row.at);
    return from && !Number.isNaN(ms) ? [{ at: ms, ...from, path: PATH.exec(text)?.[1] ?? '', evidence: number }] : [];
  });
  const start = Math.min(...logged.map(({ at }) => Date.parse(at)).filter((ms) => !Number.isNaN(ms)));
  const until = usualUntil(start, alertTime(input));
  const known = new Set(all.filter(({ at }) => at < until).map(({ network }) => network));
  return all.filter(({ at, network }) => at >= until && !known.has(network));
}
