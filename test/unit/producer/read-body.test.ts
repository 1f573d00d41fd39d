import { expect } from 'chai';
import type { Request } from 'express';
import fc from 'fast-check';
import { readJsonBody } from '../../../src/producer/read-body.ts';
import type { HttpProblem } from '../../../src/shared/http/problem.ts';

const requestOf = (body: string | Buffer, type: string | undefined = 'application/json') =>
  ({ headers: { 'content-type': type }, body: Buffer.from(body as string) }) as unknown as Request;

function refusal(body: string | Buffer, type?: string): HttpProblem {
  try {
    readJsonBody(requestOf(body, type));
  } catch (error) {
    return error as HttpProblem;
  }
  throw new Error('it was not refused');
}

/** How deep arrays and objects nest, measured the slow way. */
function depthOf(value: unknown): number {
  if (value === null || typeof value !== 'object') return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

const nested = (depth: number, inner = '1') => '['.repeat(depth) + inner + ']'.repeat(depth);

describe('reading a body', () => {
  it('gives what JSON.parse gives, or refuses what nests deeper than 64 levels, whatever the texts hold', () => {
    const text = fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', 'a', '\n') });
    const { value: json } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 100 }, text, fc.constant(null), tie('array'), tie('object')),
      array: fc.array(tie('value'), { maxLength: 3 }),
      object: fc.dictionary(text, tie('value'), { maxKeys: 3 }),
    }));
    const wrapped = fc.tuple(json, fc.nat(80)).map(([inner, depth]) => {
      let value: unknown = inner;
      for (let level = 0; level < depth; level++) value = level % 2 ? { '[{"': value } : [value];
      return value;
    });
    fc.assert(
      fc.property(wrapped, (value) => {
        const body = JSON.stringify(value);
        if (depthOf(value) > 64) expect(refusal(body)).to.include({ status: 400, title: 'Body nested too deeply' });
        else expect(readJsonBody(requestOf(body))).to.deep.equal(JSON.parse(body));
      }),
    );
  });

  it('takes 64 levels and no more', () => {
    expect(depthOf(readJsonBody(requestOf(nested(64))))).to.equal(64);
    expect(refusal(nested(65)).title).to.equal('Body nested too deeply');
    expect(refusal(nested(100_000)).title).to.equal('Body nested too deeply');
    expect(refusal('{"a":'.repeat(100_000)).title).to.equal('Body nested too deeply');
  });

  it('is not led astray by brackets before the value', () => {
    expect(refusal(']'.repeat(200) + nested(160)).title).to.equal('Body not JSON');
  });

  it('refuses what is no JSON with a sentence that does not repeat it', () => {
    for (const body of ['{"password":"hunter2"', 'hunter2', '{"a":1}hunter2', '"hunter2']) {
      const { status, message } = refusal(body);
      expect(status).to.equal(400);
      expect(message).to.not.include('hunter2');
    }
  });

  it('refuses an empty body, bytes that are no UTF-8, and other media types', () => {
    expect(refusal('')).to.include({ status: 400, title: 'Body missing' });
    expect(refusal(Buffer.from([0x22, 0xff, 0x22]))).to.include({ status: 400, title: 'Body not UTF-8' });
    for (const type of ['text/html', 'application/x-www-form-urlencoded', 'application/jsonp', '']) {
      expect(refusal('{}', type)).to.include({ status: 415 });
    }
  });

  it('takes the media types that senders use', () => {
    const types = [
      'application/json',
      'Application/JSON; charset=utf-8',
      'text/plain',
      'application/cloudevents+json',
      undefined,
    ];
    for (const type of types)
      expect(
        readJsonBody({ ...requestOf('{"a":1}'), headers: type ? { 'content-type': type } : {} } as Request),
      ).to.deep.equal({ a: 1 });
  });

  it('takes a byte order mark for what it is', () => {
    expect(readJsonBody(requestOf('\ufeff{"a":1}'))).to.deep.equal({ a: 1 });
  });
});
