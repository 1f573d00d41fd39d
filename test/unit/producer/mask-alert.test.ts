import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { leakedIn, PLANTED } from '../../../scripts/sandbox/scenarios/planted-secrets.ts';
import { maskAlert } from '../../../src/producer/mask-alert.ts';
import type { Alert } from '../../../src/shared/alert.ts';
import { maskData } from '../../../src/shared/mask-data.ts';
import { anAlert } from '../../support/alerts.ts';
import { aPayload, parseAs } from '../../support/payloads.ts';

const FOLDER = join(import.meta.dirname, '../../fixtures/payloads');
const PAYLOADS = readdirSync(FOLDER).flatMap((source) =>
  readdirSync(join(FOLDER, source)).map((file) => `${source}/${file.replace(/\.json$/, '')}`),
);

/** The paths of all texts of a body. */
function textsOf(value: unknown, path: string[] = []): string[][] {
  if (typeof value === 'string') return [path];
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, [...path, key]));
}

/** The body with something written behind the text at this path. */
function withText(body: unknown, [first, ...rest]: string[], text: string): unknown {
  if (first === undefined) return `${body} ${text} `;
  const copy = (Array.isArray(body) ? [...body] : { ...(body as object) }) as Record<string, unknown>;
  copy[first] = withText(copy[first], rest, text);
  return copy;
}

function parsed(source: string, body: unknown): Alert[] {
  try {
    return parseAs(source, body).alerts;
  } catch {
    // A body that is refused is written nowhere.
    return [];
  }
}

describe('the masking of alerts before they are written down', () => {
  for (const payload of PAYLOADS) {
    it(`leaves no secret in any field of ${payload}`, () => {
      const [source = ''] = payload.split('/');
      const body = aPayload(payload);
      for (const [index, path] of textsOf(body).entries()) {
        const planted = [PLANTED[index % PLANTED.length]!, PLANTED[(7 * index + 3) % PLANTED.length]!];
        // Tags are taken apart at commas and colons, of which JSON is nothing but.
        for (const { text } of planted.filter(
          ({ text: said }) => !['tags', 'labels'].includes(path.at(-1)!) || !said.startsWith('{'),
        )) {
          const alerts = parsed(source, withText(body, path, text)).map(maskAlert);
          const { deliveryKey: _, ...written } = alerts[0] ?? { deliveryKey: '' };
          expect(leakedIn(JSON.stringify([written, ...alerts.slice(1)])), path.join('.')).to.deep.equal([]);
        }
      }
    });
  }

  it('keeps what identifies an alert, and whatever is no secret', () => {
    const plain = anAlert({
      title: 'Pool of billing is full',
      labels: { pod: 'billing-5d8f7c9b6d-x4b8j', ip: '10.0.0.7' },
    });
    expect(maskAlert(plain)).to.equal(plain);
    const secret = anAlert({
      title: `Pool is full ${PLANTED[0]!.text}`,
      labels: { db_password: 'hunter2', pod: 'p-1' },
    });
    const masked = maskAlert(secret);
    const { title, labels, ...same } = secret;
    expect(masked).to.deep.include(same);
    expect(masked.title).to.equal('Pool is full [masked:token]');
    expect(masked.labels).to.deep.equal({ db_password: '[masked:secret]', pod: 'p-1' });
    expect([title, labels]).to.deep.equal([secret.title, secret.labels]);
    const odd = { channel: 'C1', ts: '1.2', teamId: PLANTED[0]!.text };
    expect(maskAlert(anAlert({ slack: odd })).slack).to.equal(null);
  });

  it('leaves out the word in which a text was cut: it may be half a secret', () => {
    const cut = `${'x '.repeat(100)}ghp_abcde…`;
    expect(maskAlert(anAlert({ description: cut })).description).to.match(/x …$/);
    expect(maskAlert(anAlert({ description: 'soon…' })).description).to.equal('soon…');
  });

  it('finds by its one look at the whole what it would find field by field', () => {
    const text = fc.oneof(
      fc.constantFrom(...PLANTED.map((planted) => planted.text)),
      fc.string(),
      fc.constantFrom('user: maria', 'a\n', 'token', '"', '\\', 'password ='),
    );
    const texts = fc.array(text, { maxLength: 4 }).map((parts) => parts.join(' '));
    fc.assert(
      fc.property(texts, texts, texts, (title, description, label) => {
        const alert = anAlert({ title, description, labels: { note: label } });
        const { title: t, description: d, labels: l } = maskAlert(alert);
        expect({ title: t, description: d }).to.deep.equal(maskData({ title, description }));
        expect(l.note).to.be.oneOf(['[masked:secret]', (maskData({ note: label }) as { note: string }).note]);
      }),
      { numRuns: 300 },
    );
  });
});
