import fc from 'fast-check';
import { ALERT_CLASSES, SEVERITIES } from '../../../../src/shared/alert.ts';
import { STAGES } from '../../../../src/shared/incident.ts';
import { REPORT_CLASSES, type Report, VERDICTS } from '../../../../src/shared/report.ts';
import type { ReportView } from '../../../../src/workers/report-view.ts';
import { sampleEvidence, sampleIncident } from './sample-views.ts';

/** Pieces that break renderers: Slack markup, fences, control and bidi characters, emoji, right-to-left, half surrogates. */
const NASTY = [
  '<!channel>',
  '<!here|here>',
  '@everyone',
  '<@U012AB3CD>',
  '<#C012AB3CD|general>',
  '<https://evil.example/login|your dashboard>',
  '<mailto:a@b.example|mail>',
  '<!date^0^{date}^https://evil.example|now>',
  '```',
  '`',
  '*',
  '_',
  '~',
  '&lt;!channel&gt;',
  '&',
  '<',
  '>',
  '|',
  '\n> ',
  '\r\n',
  '\u0000',
  '\u001b[2J',
  '\u202E',
  '\u2066',
  '\u200B',
  '\u200D',
  '\uFEFF',
  '\uD83D',
  '\uDE00',
  '👩‍👩‍👧‍👦',
  '🏳️‍🌈',
  '🇩🇪',
  'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  'شبكة',
  '数据库',
  ':fire:',
  '"',
  '\\',
  '</script><script>alert(1)</script>',
  ' ',
];

const codeUnit = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));

/** Short and long hostile texts, up to 100 kB, and the empty one. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: fc.array(fc.oneof(fc.constantFrom(...NASTY), fc.string()), { maxLength: 30 }).map(joined) },
  { weight: 2, arbitrary: fc.string({ unit: codeUnit, maxLength: 200 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(...NASTY, 'word '), fc.integer({ min: 100, max: 8_000 })).map(repeated),
  },
  { weight: 1, arbitrary: fc.constantFrom('', ' ', '\u200B'.repeat(50), 'x'.repeat(100_000), '数'.repeat(33_000)) },
);

function joined(pieces: string[]): string {
  return pieces.join('');
}

function repeated([piece, times]: [string, number]): string {
  return piece.repeat(times);
}

const date = fc.oneof(fc.constant('2026-11-20T03:12:04Z'), fc.constant('not a date'), hostileText);
const numbers = fc.array(fc.integer({ min: 1, max: 10_000 }), { maxLength: 40 });
const confidence = fc.double({ min: 0, max: 1, noNaN: true });

/** Mostly a few entries, sometimes 500 of the same. */
function many<T>(entry: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(entry, { maxLength: 6 }) },
    { weight: 1, arbitrary: entry.map((one) => Array.from({ length: 500 }, () => one)) },
  );
}

export const hostileReport: fc.Arbitrary<Report> = fc.record({
  tier: fc.constantFrom('llm', 'detectors'),
  verdict: fc.constantFrom(...VERDICTS),
  class: fc.constantFrom(...REPORT_CLASSES),
  rootCause: fc.record({
    statement: hostileText,
    component: fc.option(hostileText),
    confidence,
    evidence: numbers,
  }),
  hypotheses: many(
    fc.record({
      statement: hostileText,
      standing: fc.constantFrom('supported', 'possible', 'ruled_out'),
      confidence,
      evidence: numbers,
    }),
  ),
  timeline: many(fc.record({ at: date, what: hostileText, evidence: numbers })),
  immediateActions: many(
    fc.record({ title: hostileText, command: fc.option(hostileText), risk: fc.option(hostileText) }),
  ),
  prevention: many(hostileText),
  metrics: many(fc.record({ name: hostileText, value: hostileText, evidence: numbers })),
  couldNotCheck: many(fc.record({ what: hostileText, why: hostileText })),
});

const hostileIncident = fc
  .record({
    class: fc.constantFrom(...ALERT_CLASSES),
    severity: fc.constantFrom(...SEVERITIES),
    service: fc.option(hostileText),
    namespace: fc.option(hostileText),
    title: hostileText,
    alertCount: fc.nat(),
    id: fc.uuid(),
  })
  .map(sampleIncident);

const hostileEvidence = fc
  .record({
    number: fc.integer({ min: 1, max: 10_000 }),
    server: hostileText,
    tool: hostileText,
    query: fc.dictionary(hostileText, hostileText, { maxKeys: 4 }),
  })
  .map(({ number, ...fields }) => sampleEvidence(number, fields));

/** Views of every phase with hostile and huge texts everywhere a text can come from outside. */
export const hostileView: fc.Arbitrary<ReportView> = fc.record({
  incident: hostileIncident,
  agentTitle: hostileText,
  routingNote: fc.option(hostileText),
  phase: fc.constantFrom('working', 'done', 'done', 'done', 'failed'),
  progress: many(
    fc.record({
      stage: fc.constantFrom(...STAGES),
      what: hostileText,
      status: fc.constantFrom('waiting', 'running', 'done', 'failed'),
      outcome: fc.option(hostileText),
    }),
  ),
  report: fc.option(hostileReport, { freq: 9 }),
  evidence: many(hostileEvidence),
  usage: fc.option(
    fc.record({ model: hostileText, promptTokens: fc.option(fc.nat()), completionTokens: fc.option(fc.nat()) }),
  ),
  failure: fc.option(hostileText),
  receivedAt: date,
  finishedAt: fc.option(date),
  // A link of our own is no forged one: it is tested alone.
  pageUrl: fc.constant(null),
});
