import { expect } from 'chai';
import fc from 'fast-check';
import { isSecretName, maskSecrets } from '../../../src/shared/mask-secrets.ts';
import { SECRET_WORD } from '../../../src/shared/secret-rules.ts';

// Put together at run time, so that no scanner takes this file for a leak.
const join = (...parts: string[]) => parts.join('');
const SECRETS: [string, string, string][] = [
  ['a Slack bot token', join('xoxb-', '1234567890-abcdefghij'), 'token'],
  ['a Slack app token', join('xapp-', '1-A012-345-abcdef'), 'token'],
  ['a GitHub token', join('ghp_', 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4'), 'token'],
  ['an OpenAI key', join('sk-', 'proj-abcdefghijklmnop1234'), 'token'],
  ['a Stripe key', join('sk_live_', 'abcdefghij1234'), 'token'],
  ['an AWS key id', join('AKIA', 'IOSFODNN7EXAMPLE'), 'aws-key'],
  ['a JWT', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0', '.dBjftJeZ4CVP-mB92K'), 'jwt'],
  ['an e-mail address', 'jane.doe+test@mail.example.co.uk', 'email'],
  ['a card number', '4111 1111 1111 1111', 'card'],
  ['a card number without spaces', '5500005555555559', 'card'],
];

const IN_CONTEXT: [string, string, string][] = [
  ['password=hunter2 next', 'hunter2', 'password=[masked:secret] next'],
  ['"password": "hun ter2", "x": 1', 'hun ter2', '"password": "[masked:secret]", "x": 1'],
  ['{\\"password\\":\\"hunter2\\"}', 'hunter2', '{\\"password\\":\\"[masked:secret]\\"}'],
  ['DB_PASSWORD: hunter2', 'hunter2', 'DB_PASSWORD: [masked:secret]'],
  ["apiKey='abc123'", 'abc123', "apiKey='[masked:secret]'"],
  ['client_secret=abc&grant=x', 'abc', 'client_secret=[masked:secret]&grant=x'],
  ['Server=db;User Id=sa;Password=p4ss;Database=x', 'p4ss', 'Server=db;User Id=sa;Password=[masked:secret];Database=x'],
  ['postgres://app:s3cr3t@db.prod:5432/app', 's3cr3t', 'postgres://app:[masked:password]@db.prod:5432/app'],
  ['redis://:s3cr3t@cache:6379', 's3cr3t', 'redis://:[masked:password]@cache:6379'],
  ['Authorization: Bearer abc.def-123', 'abc.def-123', 'Authorization: Bearer [masked:token]'],
  ['Authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz', 'Authorization: Basic [masked:token]'],
  ['X-Api-Key: 0123456789', '0123456789', 'X-Api-Key: [masked:token]'],
  ['https://hooks.slack.com/services/T0/B0/abcDEF', 'T0/B0/abcDEF', 'https://hooks.slack.com/services/[masked:token]'],
  ['?token=abcdef123456&x=1', 'abcdef123456', '?token=[masked:token]&x=1'],
];

const HARMLESS = [
  'pod user-service-7c6d8b5f4d-q4x8n restarted 4 times at 2026-11-20T12:00:00.000Z',
  'trace 0af7651916cd43dd8448eb211c80319c span b7ad6b7169203331',
  '123e4567-e89b-12d3-a456-426614174000',
  'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  'dial tcp 10.96.31.7:5432: connect: connection refused',
  'secret "db-credentials" not found; secretName: db-credentials',
  'FATAL: password authentication failed for user "app"',
  'unexpected token: SELECT at line 3',
  'HikariPool-1 - Connection is not available, request timed out after 30000ms (total=10, active=10)',
  'at 1763640000000000000 ns, epoch 1763640000000',
  'image registry.example.com/app@sha256:9f86d081884c7d65',
  'basic authentication is on, bearer tokens are off',
];

describe('the name of a secret', () => {
  it('is known for every word that a rule knows before a value, whatever stands in front of it', () => {
    const word = fc.stringMatching(new RegExp(`^(?:${SECRET_WORD}|token|authorization|cookie)$`));
    const front = fc.constantFrom('', 'db.', 'DB_', 'x-', 'spring.datasource.');
    fc.assert(
      fc.property(front, word, (before, name) => isSecretName(before + name) && isSecretName(name.toUpperCase())),
    );
  });

  it('is not the name of anything else', () => {
    for (const name of ['user', 'name', 'tokens_used', 'keyboard', 'passengers', 'severity'])
      expect(isSecretName(name), name).to.equal(false);
  });
});

describe('masking of secrets', () => {
  for (const [what, secret, kind] of SECRETS) {
    it(`masks ${what}`, () => {
      expect(maskSecrets(`before ${secret} after`)).to.equal(`before [masked:${kind}] after`);
    });
  }

  it('masks a private key, also when its end is cut off', () => {
    const key = ['-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEow\nabc=\n'].join('');
    expect(maskSecrets(`x ${key}-----END RSA PRIVATE KEY----- y`)).to.equal('x [masked:private-key] y');
    expect(maskSecrets(`x ${key}`)).to.equal('x [masked:private-key]');
  });

  for (const [text, secret, masked] of IN_CONTEXT) {
    it(`masks the value and keeps the shape of ${text.slice(0, 24).replace(secret, '...')}`, () => {
      expect(maskSecrets(text)).to.equal(masked);
    });
  }

  for (const text of HARMLESS) {
    it(`leaves alone: ${text.slice(0, 50)}`, () => {
      expect(maskSecrets(text)).to.equal(text);
    });
  }

  it('changes nothing when it masks a second time', () => {
    const parts = [...SECRETS.map(([, secret]) => secret), ...IN_CONTEXT.map(([text]) => text), ...HARMLESS];
    const noisy = fc.array(
      fc.oneof(fc.constantFrom(...parts), fc.string(), fc.constantFrom('=', ':', '"', '@', '://', '[', ']')),
    );
    fc.assert(
      fc.property(noisy, (words) => {
        const once = maskSecrets(words.join(' '));
        expect(maskSecrets(once)).to.equal(once);
      }),
      { numRuns: 300 },
    );
  });

  it('finds every secret wherever it stands between words', () => {
    const word = fc.constantFrom('user', 'GET /a', '200', '{', '}', '(', '\n', '\t', 'key', '-');
    fc.assert(
      fc.property(fc.constantFrom(...SECRETS), fc.array(word), fc.array(word), ([, secret], before, after) => {
        expect(maskSecrets([...before, secret, ...after].join(' '))).not.to.contain(secret);
      }),
      { numRuns: 300 },
    );
  });

  const MEBIBYTE = 2 ** 20;
  for (const unit of [
    'a',
    '@',
    'a@',
    'password=',
    'password="',
    'eyJ',
    'eyJa.',
    '://',
    '://a:',
    '4',
    '4111 ',
    'bearer ',
    '-----BEGIN PRIVATE KEY-----',
    'token:"',
    'xoxb-',
    ' \t',
    'a.',
    'a@b.',
  ]) {
    it(`comes to an end on one mebibyte of ${JSON.stringify(unit)}`, () => {
      const text = unit.repeat(Math.ceil(MEBIBYTE / unit.length));
      maskSecrets(text);
    });
  }
});
