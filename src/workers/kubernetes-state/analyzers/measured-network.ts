import { changeAction, listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { LogText } from '../kubernetes-state.ts';
import { type NameBook, nameBook, namedIn, writerOf } from '../mentions.ts';
import { name, quote } from '../quote.ts';

/** Finds packet loss and delay that somebody measured or set: ping, mtr, tc, ss and netstat inside pods. */
export const measuredNetwork: Analyzer = (context) => {
  const book = nameBook(context.state);
  return context.state.logs.flatMap((log) => measured(log, book)).slice(0, 4);
};

type Measure = { kind: 'loss' | 'delay'; text: string; target: string | null; confidence: number };

function measured(log: LogText, book: NameBook): Diagnosis[] {
  const lines = log.lines.slice(0, 400).map((line) => line.slice(0, 600));
  const found = [
    ...pinged(lines, log, book),
    ...shaped(lines, log),
    ...sockets(lines, log, book),
    ...hops(lines, book),
    ...dropped(lines, log),
    ...transferred(lines, log, book),
    ...connected(lines, log, book),
  ];
  return found.slice(0, 1).map((measure) => toDiagnosis(log, measure));
}

/** The peer that a command was pointed at, as an object of the cluster where it is one. */
function targetOf(lines: string[], log: LogText, book: NameBook): string | null {
  const own = writerOf(log).toLowerCase();
  const known = [log.command ?? '', ...lines.slice(0, 4)]
    .flatMap((line) => namedIn(line, book))
    .find((one) => one.toLowerCase() !== own);
  const host = /^(?:---|PING)\s+([\w.-]+)/m.exec(lines.join('\n'))?.[1] ?? null;
  return known ?? host;
}

/** `10 packets transmitted, 3 packets received, 70% packet loss` and `round-trip min/avg/max = …`. */
function pinged(lines: string[], log: LogText, book: NameBook): Measure[] {
  return lines.flatMap((line, index): Measure[] => {
    const lost = /(\d{1,3}(?:\.\d+)?)% packet loss/.exec(line)?.[1];
    const around = lines.slice(Math.max(0, index - 2), index + 2);
    const statistics = around.find((one) => /^--- \S+ ping statistics/.test(one));
    const target = targetOf([...(statistics ? [statistics] : []), ...lines], log, book);
    if (lost !== undefined && Number(lost) >= 1) return [{ kind: 'loss', text: line, target, confidence: 0.86 }];
    const average = Number(/(?:min\/avg\/max\S*)\s*=\s*[\d.]+\/([\d.]+)\//.exec(line)?.[1] ?? Number.NaN);
    return average >= 50 ? [{ kind: 'delay', text: line, target, confidence: 0.78 }] : [];
  });
}

/** `qdisc netem … delay 300ms loss 10%` on an interface of the pod. */
function shaped(lines: string[], log: LogText): Measure[] {
  return lines.flatMap((line): Measure[] => {
    if (!/\bnetem\b/.test(line)) return [];
    const loss = /\b(?:loss|corrupt|duplicate)\s+(?:random\s+)?[\d.]+%/.test(line);
    if (!loss && !/\bdelay\s+\d/.test(line)) return [];
    return [{ kind: loss ? 'loss' : 'delay', text: line, target: writerOf(log) || null, confidence: 0.9 }];
  });
}

/** Retransmissions of a connection (`ss -ti`): `retrans:1/37`, `lost:1`. */
function sockets(lines: string[], log: LogText, book: NameBook): Measure[] {
  return lines.flatMap((line, index): Measure[] => {
    const again = Number(/\bretrans:\d+\/(\d+)/.exec(line)?.[1] ?? 0);
    if (again < 10) return [];
    const own = writerOf(log).toLowerCase();
    const peer = [lines[index - 1] ?? '', log.command ?? '']
      .flatMap((one) => namedIn(one, book))
      .find((one) => one.toLowerCase() !== own);
    return [{ kind: 'loss', text: line, target: peer ?? null, confidence: 0.72 }];
  });
}

/** Rows of `mtr --report`: `  2.|-- host   30.0%   10 …`. */
function hops(lines: string[], book: NameBook): Measure[] {
  const rows = lines.flatMap((line) => {
    const match = /^\s*\d{1,2}\.\|--\s+(\S+)\s+(\d{1,3}\.\d)%/.exec(line);
    return match && match[1] !== '???' ? [{ line, host: match[1] ?? '', loss: Number(match[2]) }] : [];
  });
  const last = rows.at(-1);
  // Hops on the way may drop answers to themselves; only loss at the end is loss.
  return last && last.loss >= 5
    ? [{ kind: 'loss', text: last.line, target: namedIn(last.host, book)[0] ?? last.host, confidence: 0.82 }]
    : [];
}

/** Packets that an interface received, and those of them that it dropped (`ip -s link`): from this share on it loses them. */
const MOST_DROPPED = 0.02;

function dropped(lines: string[], log: LogText): Measure[] {
  return lines.flatMap((line, index): Measure[] => {
    if (!/^\s*[RT]X:\s+bytes\s+packets\s+errors\s+dropped/.test(line)) return [];
    const counts = lines[index + 1]?.trim() ?? '';
    const [, packets = 0, , lost = 0] = counts.split(/\s+/).map(Number);
    if (packets < 1000 || !(lost / packets >= MOST_DROPPED)) return [];
    return [{ kind: 'loss', text: `${line.trim()} ${counts}`, target: writerOf(log) || null, confidence: 0.78 }];
  });
}

/** The sum of `iperf3` with its retransmissions. */
function transferred(lines: string[], log: LogText, book: NameBook): Measure[] {
  const sent = lines.find((line) => /\bsender\s*$/.test(line) && !/\[SUM\].*\[/.test(line)) ?? '';
  const again = Number(/bits\/sec\s+(\d+)\s+(?:[\d.]+ \wBytes\s+)?sender/.exec(sent)?.[1] ?? 0);
  return again >= 100
    ? [
        {
          kind: 'loss',
          text: `${sent.trim()} (retransmissions: ${again})`,
          target: targetOf(lines, log, book),
          confidence: 0.72,
        },
      ]
    : [];
}

/** How long curl took to connect (seconds), beyond what it took to resolve the name: inside a cluster a tenth is a delay. */
const LONG_CONNECT = 0.1;

function connected(lines: string[], log: LogText, book: NameBook): Measure[] {
  if (!/\bcurl\b/.test(log.command ?? '')) return [];
  const text = lines.join(' ').slice(0, 1000);
  const seconds = (label: string) =>
    Number(
      new RegExp(`\\b(?:time_)?(?:${label})["']?\\s*[=:]\\s*["']?(\\d+(?:\\.\\d+)?)s?\\b`, 'i').exec(text)?.[1] ??
        Number.NaN,
    );
  const [names, connect] = [seconds('namelookup|dns') || 0, seconds('connect')];
  return connect - names >= LONG_CONNECT
    ? [{ kind: 'delay', text, target: targetOf(lines, log, book), confidence: 0.76 }]
    : [];
}

function toDiagnosis(log: LogText, { kind, text, target, confidence }: Measure): Diagnosis {
  const from = writerOf(log);
  const here = target === from;
  const path = here
    ? `at ${name(target ?? '')}`
    : `between ${name(from || 'the caller')} and ${name(target ?? 'its peer')}`;
  const what = kind === 'loss' ? 'loses packets (packet loss)' : 'delays packets (added network latency)';
  return diagnosis({
    kind: `network-${kind}`,
    class: 'network',
    statement: `The network ${path} ${what}: ${quote(text, 200)}`,
    component: target ?? from,
    namespace: log.namespace,
    touches: [target ?? '', from, log.pod ?? ''],
    confidence,
    evidence: [log.evidence],
    actions: [
      ...listAction('pods', log.namespace, 'See on which nodes the two pods run'),
      changeAction(
        `Look for traffic shaping, fault injection or a bad link at the node of ${name(target ?? from)}`,
        'None while only looking.',
      ),
    ],
    prevention: ['Measure loss and round-trip time between nodes all the time, and alert on both.'],
  });
}
