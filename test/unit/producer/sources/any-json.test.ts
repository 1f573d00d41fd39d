import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { createClassifier } from '../../../../src/producer/classify-alert.ts';
import { SOURCE_NAMES, SOURCES } from '../../../../src/producer/sources/index.ts';
import { loadAgents } from '../../../../src/shared/agents/load-agents.ts';
import type { Alert, ParsedBody } from '../../../../src/shared/alert.ts';
import { SEVERITIES } from '../../../../src/shared/alert.ts';
import { FleetError } from '../../../../src/shared/errors.ts';
import { aParseContext } from '../../../support/payloads.ts';

const FIXTURES = join(import.meta.dirname, '../../../fixtures/payloads');
const VALID = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.json'))
  .map((file) => JSON.parse(readFileSync(join(FIXTURES, file), 'utf8')) as unknown);

const classify = createClassifier(loadAgents());

/** Members that some parser looks at, so that the values reach the code behind them. */
const MEMBERS = [
  'alerts',
  'labels',
  'status',
  'event',
  'text',
  'attachments',
  'blocks',
  'title',
  'message',
  'severity',
  'type',
  '__proto__',
];
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 5 },
    fc.constantFrom(
      null,
      true,
      0,
      -1,
      1e300,
      '',
      'x',
      '[RESOLVED]',
      '\u0000',
      '\ud800',
      '$EVENT_TITLE',
      '0001-01-01T00:00:00Z',
    ),
    fc.string({ maxLength: 40, unit: 'binary' }),
    fc.double(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.constantFrom(...MEMBERS), fc.string({ maxLength: 8 })), tie('value'), { maxKeys: 5 }),
  ),
})).value;

/** The body with one of its values, anywhere, replaced. */
function mutated(body: unknown, path: number[], value: unknown): unknown {
  if (typeof body !== 'object' || body === null || path.length === 0) return value;
  const copy = (Array.isArray(body) ? [...body] : { ...body }) as Record<string, unknown>;
  const keys = Object.keys(copy);
  const key = keys[path[0]! % Math.max(1, keys.length)];
  if (key === undefined) return value;
  copy[key] = mutated(copy[key], path.slice(1), value);
  return copy;
}

function parseSafely(name: (typeof SOURCE_NAMES)[number], body: unknown): ParsedBody | null {
  try {
    return SOURCES[name].parse(body, aParseContext());
  } catch (error) {
    if (error instanceof FleetError && error.code === 'body_invalid' && error.message.length > 20) return null;
    throw error;
  }
}

function checkAlert(alert: Alert): void {
  expect(alert.title.length).to.be.within(1, 300);
  expect(alert.name.length).to.be.within(1, 300);
  expect(alert.description.length).to.be.at.most(8000);
  expect(Object.keys(alert.labels).length).to.be.at.most(64);
  for (const value of Object.values(alert.labels)) expect(value.length).to.be.at.most(1000);
  expect(SEVERITIES).to.include(alert.severity);
  expect(alert.deliveryKey).to.match(/^[a-z]+:[0-9a-f]{64}$/);
  expect(alert.fingerprint).to.match(/^[a-z]+:[0-9a-f]{64}$/);
  const text = JSON.stringify(alert);
  expect(text)
    .not.to.include('\\u0000')
    .and.not.to.match(/\\ud[89a-f][0-9a-f]{2}/);
  expect(alert.startsAt === null || !Number.isNaN(Date.parse(alert.startsAt))).to.equal(true);
  expect(classify(alert).priority).to.be.within(1, 5);
}

describe('every source, given any JSON', () => {
  for (const name of SOURCE_NAMES) {
    it(`${name} reads it or says body_invalid, and nothing else`, () => {
      fc.assert(
        fc.property(json, (body) => {
          parseSafely(name, body)?.alerts.forEach(checkAlert);
        }),
        { numRuns: 200 },
      );
    });

    it(`${name} bears mutations of every real payload`, () => {
      const body = fc
        .tuple(fc.constantFrom(...VALID), fc.array(fc.nat(12), { minLength: 1, maxLength: 6 }), json)
        .map(([valid, path, value]) => mutated(valid, path, value));
      fc.assert(
        fc.property(body, (one) => {
          parseSafely(name, one)?.alerts.forEach(checkAlert);
        }),
        { numRuns: 200 },
      );
    });

    it(`${name} refuses a body that is nested beyond reason`, () => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"alerts":', '}'],
        ['{"event":', '}'],
      ]) {
        const body: unknown = JSON.parse(`${open!.repeat(50_000)}1${close!.repeat(50_000)}`);
        expect(() => SOURCES[name].parse(body, aParseContext())).to.throw(FleetError);
      }
    });

    it(`${name} refuses what is no object with a sentence`, () => {
      for (const body of [null, 'text', 7, true]) {
        expect(() => SOURCES[name].parse(body, aParseContext())).to.throw(FleetError, /JSON/);
      }
    });
  }

  it('refuses more than a thousand alerts in one body', () => {
    const alerts = Array.from({ length: 1001 }, (_, index) => ({ labels: { alertname: `A${index}` } }));
    expect(() => SOURCES.alertmanager.parse({ version: '4', alerts }, aParseContext())).to.throw(
      FleetError,
      /at most 1000/,
    );
    expect(() =>
      SOURCES.generic.parse(
        alerts.map(() => ({ title: 'x' })),
        aParseContext(),
      ),
    ).to.throw(FleetError, /at most 1000/);
  });

  it('never lets a body reach a prototype', () => {
    const body = JSON.parse(
      '{"title":"t","labels":{"__proto__":"x","constructor":"y","ok":"1"},"annotations":{"prototype":"z"}}',
    );
    const [alert] = SOURCES.generic.parse(body, aParseContext()).alerts;
    expect(Object.keys(alert?.labels ?? {})).to.deep.equal(['ok']);
    expect(Object.keys(alert?.annotations ?? {})).to.deep.equal([]);
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });

  it('reads the largest text', () => {
    for (const piece of ['a', ' ', '<', '*', '[', 'x-', 'a.', ':a', '(', '{{', '\n', 'resolved ', 'high ', '1%']) {
      const text = piece.repeat(Math.floor(900_000 / piece.length));
      for (const name of SOURCE_NAMES) {
        parseSafely(name, { title: text, message: text, labels: { alertname: text } })?.alerts.forEach(checkAlert);
      }
      const event = { type: 'message', channel: 'C1', ts: '1.1', bot_id: 'B1', text };
      parseSafely('slack', { event, event_id: 'E1' })?.alerts.forEach(checkAlert);
    }
  });
});
