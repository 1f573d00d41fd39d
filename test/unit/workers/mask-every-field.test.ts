import { expect } from 'chai';
import fc from 'fast-check';
import type { z } from 'zod';
import { ALL_PLANTED, leakedIn, PLANTED } from '../../../scripts/sandbox/scenarios/planted-secrets.ts';
import { EVIDENCE_FORMS } from '../../../src/shared/evidence-forms.ts';
import { maskData, maskText } from '../../../src/shared/mask-data.ts';
import { maskSecrets } from '../../../src/shared/mask-secrets.ts';
import { CAPABILITIES } from '../../../src/shared/mcp/capabilities.ts';
import { plantedValue } from '../../support/planted-values.ts';

const EVIDENCE: Record<string, z.ZodType> = Object.fromEntries([
  ...Object.entries(CAPABILITIES)
    .filter(([, { readOnly }]) => readOnly)
    .map(([name, { output }]) => [name, output]),
  ...Object.entries(EVIDENCE_FORMS),
]);

describe('the masking of every field', () => {
  for (const { what, text } of PLANTED) {
    it(`finds ${what} between other words`, () => {
      for (const shown of [
        text,
        `2026-11-20 ERROR [app] ${text}`,
        `failed: ${text}; retrying`,
        `a=1 ${text} b=2`,
        `"${text}"`,
      ]) {
        expect(leakedIn(maskText(shown)), maskText(shown)).to.deep.equal([]);
      }
    });
  }

  for (const [name, schema] of Object.entries(EVIDENCE)) {
    it(`leaves no secret in any field of ${name}, and its form as it was`, () => {
      for (const { text } of PLANTED) {
        const masked = maskData(plantedValue(schema, () => `seen ${text} there`));
        expect(leakedIn(JSON.stringify(masked))).to.deep.equal([]);
        expect(schema.safeParse(masked).success).to.equal(schema.safeParse(plantedValue(schema, () => 'seen')).success);
      }
    });
  }

  it('masks what stands beside the name of a secret, and the data of secrets', () => {
    const word = 'aGFsbG8gd2VsdA';
    const object = {
      kind: 'Secret',
      metadata: { name: 'db', annotations: { note: `password=${word}` } },
      data: { user: word, nested: [word] },
      stringData: { a: word },
      spec: {
        env: [
          { name: 'DB_PASSWORD', value: word },
          { key: 'apiKey', value: word },
          { name: 'MODE', value: 'fast' },
        ],
      },
      dbPassword: word,
    };
    const masked = JSON.stringify(maskData(object));
    expect(masked).to.not.include(word);
    expect(masked).to.include('"user"').and.include('fast').and.include('DB_PASSWORD');
  });

  describe('of a secret whose name and value were torn apart', () => {
    const names = ['password', 'DB_PASSWORD', 'x-api-key', 'clientSecret', 'Authorization'];
    const fields: [string, string][] = [
      ['key', 'value'],
      ['name', 'value'],
      ['k', 'v'],
      ['header.name', 'header.value'],
      ['http.request.param.key', 'http.request.param.val'],
      ['key', 'stringValue'],
    ];
    const word = 'correct horse 9';
    const gone = (data: unknown) => {
      const masked = JSON.stringify(maskData(data));
      expect(masked, masked).to.not.include('horse');
      return masked;
    };

    it('hides the value in one object, in two entries of a list, in two tags, in pairs and behind flags', () => {
      for (const name of names) {
        for (const [key, value] of fields) {
          gone({ attributes: { [key]: name, [value]: word } });
          gone({ labels: [{ [key]: name }, { [value]: word }] });
          gone([
            { key, value: name },
            { key: value, value: word },
          ]);
          gone([
            { key, value: { stringValue: name } },
            { key: value, value: { stringValue: word } },
          ]);
        }
        gone({
          headers: [
            ['host', 'a'],
            [name, word],
          ],
        });
        gone({ args: [`--${name}`, word] });
      }
    });

    it('hides the value in texts as well, in either order', () => {
      for (const name of names.slice(0, 4)) {
        const object = { key: name, value: word };
        const texts = [
          JSON.stringify(object),
          JSON.stringify({ value: word, name }),
          JSON.stringify(JSON.stringify(object)),
          JSON.stringify([{ name }, { value: word }]),
          JSON.stringify({ key: name, value: { stringValue: word } }),
          `{'key': '${name}', 'value': '${word}'}`,
          `- key: ${name}\n  value: "${word}"`,
        ];
        for (const text of texts) expect(maskText(text), maskText(text)).to.not.include('horse');
        expect(maskText(`key=${name} value=horse9 user=7`))
          .to.match(/user=7$/)
          .and.not.include('horse');
      }
    });

    it('leaves names without values, and values of other names', () => {
      const kept = {
        secretKeyRef: { name: 'orders-db', key: 'password' },
        env: [
          { name: 'DB_PASSWORD', valueFrom: { fieldRef: 'x' } },
          { name: 'MODE', value: 'fast' },
        ],
        keys: ['username', 'password', 'host'],
        tags: [
          { key: 'name', value: 'orders' },
          { key: 'value', value: '7' },
        ],
        list: [{ key: 'password', value: null }, { value: 12 }],
      };
      expect(maskData(kept)).to.deep.equal(kept);
      for (const text of [
        'key=password-reset value=on',
        'name: orders, value: 7',
        '"key":"password"},{"other":"value"',
      ])
        expect(maskText(text)).to.equal(text);
    });

    it('comes to an end on texts that repeat its beginning', () => {
      for (const unit of ['"key":"password",', '"value":"', 'name=token ', '"value":"x","name":"', '{"value":{"'])
        maskText(unit.repeat(20_000));
    });
  });

  it('masks the number of a card, and no other number', () => {
    expect(
      maskData({ pan: 4111111111111111, at: 1763640000000, bytes: 536870912, count: 4111111111111112 }),
    ).to.deep.equal({
      pan: '[masked:card]',
      at: 1763640000000,
      bytes: 536870912,
      count: 4111111111111112,
    });
  });

  const NEEDED = [
    'dial tcp 10.96.31.7:5432: connect: connection refused',
    'lookup orders-db.shop.svc.cluster.local on 10.96.0.10:53: no such host',
    "Access denied for user 'app'@'10.0.0.7' (using password: YES)",
    'FATAL: password authentication failed for user "app"',
    'request timed out after 30000ms (total=10, active=10, idle=0, waiting=25)',
    'pod cart-7c6d8b5f4d-q4x8n on ip-10-0-3-17.eu-west-1.compute.internal restarted 4 times at 2026-11-20T12:00:00.000Z',
    'trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331 took 31.2 s',
    'Environment:  DB_HOST:  orders-db  DB_PORT:  5432',
    'ssh postgres@db-1.prod.internal failed; app@db.shop.svc.cluster.local refused',
    'secret "db-credentials" not found; secretName: db-credentials; tokenExpirationSeconds: 3607',
    'Mounts: /var/run/secrets/kubernetes.io/serviceaccount from kube-api-access-x2x4z (ro)',
    'image registry.example.com/app@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'GET https://api.example.com/v1/orders?id=42&status=open 502 in 1200ms',
    'certificate CN=api.example.com expires 2026-11-21T10:31:04Z (23.9 h left)',
    'task-scheduler risk-engine desk-12345678 disk-usage 91%',
  ];
  for (const text of NEEDED) {
    it(`leaves what an analysis needs: ${text.slice(0, 60)}`, () => expect(maskText(text)).to.equal(text));
  }

  it('changes nothing the second time, whatever stands around the secrets', () => {
    const parts = fc.constantFrom(
      ...PLANTED.map(({ text }) => text),
      ...NEEDED,
      '=',
      ':',
      '"',
      '\\"',
      '@',
      '://',
      'name: DB_PASSWORD',
      'value:',
      '--token',
      '-u a:',
      'cookie: ',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(parts, fc.string()), { maxLength: 8 }),
        fc.constantFrom(' ', '', '\n'),
        (words, glue) => {
          const once = maskSecrets(words.join(glue));
          expect(maskSecrets(once)).to.equal(once);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('stays linear: a mebibyte of anything hostile comes to its end', () => {
    const units = [
      'name: ',
      'name:"a_password"value',
      '--password',
      '--',
      '-u a',
      'x-api-key: ',
      'cookie',
      'sig=',
      '?sig=',
      'hooks.slack.com/',
      '://aaaaaaaaaaaaaaaaaaaaaaaa',
      '12345678:AA',
      'SG.',
      'a8Q~',
      'AAAAAAAAAAAAAA.atlasv1.',
      '@a.',
      '3782 ',
      'name=\t',
      ALL_PLANTED,
    ];
    for (const unit of units) maskText(unit.repeat(Math.ceil(2 ** 20 / unit.length)));
  });
});
