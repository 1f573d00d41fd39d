import { expect } from 'chai';
import fc from 'fast-check';
import type { Evidence } from '../../../../src/shared/report.ts';
import { unsupportedParts } from '../../../../src/workers/verification/check-claim.ts';
import { indexEvidence } from '../../../../src/workers/verification/evidence-index.ts';
import { looseQuantitiesIn, numberWordsIn, withDigits } from '../../../../src/workers/verification/number-words.ts';
import {
  at,
  container,
  event,
  events,
  logRow,
  logs,
  pod,
  pods,
  span,
  spans,
} from '../../../support/evidence-fixtures.ts';

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
/** A number as people write it. */
function inWords(value: number): string {
  if (value < 20) return UNITS[value]!;
  if (value < 100) return `${TENS[Math.floor(value / 10) - 2]}${value % 10 ? `-${UNITS[value % 10]}` : ''}`;
  if (value < 1_000)
    return `${UNITS[Math.floor(value / 100)]} hundred${value % 100 ? ` and ${inWords(value % 100)}` : ''}`;
  return `${inWords(Math.floor(value / 1_000))} thousand${value % 1_000 ? ` ${inWords(value % 1_000)}` : ''}`;
}

const down = container({ ready: false, state: 'waiting', reason: 'CrashLoopBackOff', restarts: 7 });
const EVIDENCE: Evidence[] = [
  logs(1, [
    ...Array.from({ length: 23 }, () => logRow('connect ECONNREFUSED orders-db', { at: at(5), severity: 'WARN' })),
    logRow('gave up after three attempts, retry in thirty seconds', { at: at(2) }),
    logRow('pool total=10, active=10, idle=0, waiting=25', { at: at(2) }),
  ]),
  pods(2, [
    pod('cart-5d8f7c9b6d-x4b8j', [down], { phase: 'Running' }),
    pod('cart-5d8f7c9b6d-k2m4p', [down], { phase: 'Pending' }),
    pod('cart-5d8f7c9b6d-z9w7q', [container()]),
    pod('cart-5d8f7c9b6d-b5n8r', [container()]),
  ]),
  events(3, [event({ reason: 'BackOff', count: 2, message: 'Back-off restarting' })]),
  spans(4, [span({ durationMs: 9000 }), span({ durationMs: 120 })]),
];
const INDEXED = new Map(EVIDENCE.map((item) => [item.number, indexEvidence(item)]));
const unsupported = (sentence: string, numbers: number[]) =>
  unsupportedParts(sentence, {
    cited: numbers.map((number) => INDEXED.get(number)!),
    known: new Set([1, 2, 3, 4]),
    alertText: 'cart is down',
    alertStarts: [Date.parse(at(10))],
  });

describe('numbers that are written as words', () => {
  it('are read as people write them, up to a million', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 999_999 }), (value) => {
        expect(numberWordsIn(`${inWords(value)} requests failed`).map((word) => word.value)).to.deep.equal([value]);
        expect(withDigits(`It saw ${inWords(value)} requests.`)).to.equal(`It saw ${value} requests.`);
      }),
    );
  });

  it('are judged as the same sentence with digits is', () => {
    const sentences: [(n: string) => string, number[]][] = [
      [(n) => `${n} pods are not ready`, [2]],
      [(n) => `The container restarted ${n} times`, [2]],
      [(n) => `${n} callers wait for a connection`, [1]],
      [(n) => `${n} WARN lines name orders-db`, [1]],
      [(n) => `A statement took ${n} seconds`, [4]],
    ];
    fc.assert(
      fc.property(fc.constantFrom(...sentences), fc.integer({ min: 2, max: 120 }), ([write, cited], value) => {
        const [words, digits] = [inWords(value), String(value)].map((n) => unsupported(write(n), cited).length);
        expect(words).to.equal(digits);
      }),
    );
  });

  const HOLDS: [string, number[]][] = [
    ['Two pods are not ready', [2]],
    ['Two of the four pods are not ready', [2]],
    ['Half of the pods are not ready', [2]],
    ['The container restarted seven times', [2]],
    ['It backed off twice', [3]],
    ['Two pods, cart-5d8f7c9b6d-x4b8j and cart-5d8f7c9b6d-z9w7q, were looked at', [2]],
    ['Twenty-five callers wait for one of ten connections', [1]],
    ['It gave up after three attempts', [1]],
    ['It retries in thirty seconds', [1]],
    ['The slow statement took nine seconds', [4]],
    ['More than twenty lines name orders-db', [1]],
    ['Dozens of lines name orders-db', [1]],
    ['Statements spend hundreds of milliseconds, and thousands of milliseconds', [4]],
    ['Fewer than eight restarts were counted', [2]],
    ['Some statements took more than eight seconds', [4]],
    ['It waited for less than ten seconds', [4]],
  ];
  for (const [sentence, cited] of HOLDS)
    it(`hold: ${sentence}`, () => expect(unsupported(sentence, cited)).to.deep.equal([]));

  const STRUCK: [string, number[]][] = [
    ['Three pods are not ready', [2]],
    ['Six of the pods are not ready', [2]],
    ['The container restarted twelve times', [2]],
    ['Fifty callers wait for a connection', [1]],
    ['The statement took forty minutes', [4]],
    ['Hundreds of pods are gone', [2]],
    ['Hundreds of seconds pass', [4]],
    ['Dozens of pods are gone', [2]],
    ['Thousands of requests failed', [1]],
    ['A quarter of the pods are not ready', [2]],
    ['More than ninety pods are gone', [2]],
    ['Every statement took more than ten seconds', [4]],
    ['It backed off four times', [3]],
    ['Two hundred and fifty errors were logged', [1]],
    ['Ninety percent of the requests failed', [4]],
  ];
  for (const [sentence, cited] of STRUCK)
    it(`are struck: ${sentence}`, () => expect(unsupported(sentence, cited)).to.not.deep.equal([]));

  for (const sentence of [
    'One of the pods is not ready',
    'No one answers, and there is only one way in',
    'There are two reasons for this',
    'Two possible causes remain; two signs point to the pool',
    'The two services call each other',
    'These two pods share a node',
    'A two-phase commit and a three-way handshake',
    'Zero-downtime deploys and one-time tokens',
    'Step two fails, phase three is skipped',
    'First it fails, the second time it works, and a third pod takes over',
    'Both replicas are gone',
    'A couple of pods, several nodes and many errors',
    'It takes twice as long as before',
    'The half-open connections stay',
    'Once it has failed it is not tried again',
    'It may take one or two tries',
    'Someone tends to often extend seventeenth-century code',
  ])
    it(`count nothing: ${sentence}`, () => {
      expect(unsupported(sentence, [2])).to.deep.equal([]);
      expect(numberWordsIn(sentence)).to.deep.equal([]);
    });

  it('are read in any text without a fault, in linear time', () => {
    const word = fc.constantFrom(
      'two',
      'three',
      'hundred',
      'and',
      'thousand',
      'dozens of',
      'pods',
      '-',
      ':',
      'of the',
      'zero',
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const text = words.join(' ');
        expect(withDigits(withDigits(text))).to.equal(withDigits(text));
        for (const { least, most } of looseQuantitiesIn(text)) expect(least).to.be.at.most(most);
      }),
    );
    for (const unit of ['two ', 'two-', 'two pods ', 'hundreds of ', 'half of the ']) withDigits(unit.repeat(60_000));
  });
});
