// Put together at run time, so that no scanner takes this file for a leak; none of them opens anything.
const join = (...parts: string[]) => parts.join('');
const ALNUM = 'a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8';
const HEX = '0123456789abcdef0123456789abcdef';

/** A secret as it may be logged: `text` holds it, `secret` must be found nowhere afterwards. */
export type Planted = { what: string; secret: string; text: string };

const alone = (what: string, secret: string): Planted => ({ what, secret, text: secret });
const within = (what: string, secret: string, write: (secret: string) => string): Planted => ({
  what,
  secret,
  text: write(secret),
});
const PASSWORD = 'Tr0ub4dor-n3ver-shown';

/** Secrets and personal data of the usual kinds. */
export const PLANTED: readonly Planted[] = [
  alone('a Slack token', join('xoxb-', '1234567890-', ALNUM)),
  alone('a GitHub token', join('ghp_', ALNUM)),
  alone('a fine-grained GitHub token', join('github_pat_', ALNUM)),
  alone('a GitLab token', join('glpat-', ALNUM.slice(0, 20))),
  alone('an OpenAI key', join('sk-', 'proj-', ALNUM)),
  alone('an Anthropic key', join('sk-', 'ant-api03-', ALNUM)),
  alone('a Stripe key', join('sk_', 'live_', ALNUM.slice(0, 24))),
  alone('a Google API key', join('AIza', 'Sy', ALNUM.slice(0, 33))),
  alone('a Google OAuth secret', join('GOCSPX-', ALNUM.slice(0, 28))),
  alone('an npm token', join('npm_', ALNUM)),
  alone('a PyPI token', join('pypi-', 'AgEIcHlwaS5vcmc', ALNUM)),
  alone('a Docker token', join('dckr_', 'pat_', ALNUM.slice(0, 27))),
  alone('a Hugging Face token', join('hf_', ALNUM.slice(0, 34))),
  alone('a DigitalOcean token', join('dop_', 'v1_', HEX, HEX)),
  alone('a SendGrid key', join('SG.', ALNUM.slice(0, 22), '.', ALNUM)),
  alone('a Twilio key', join('SK', HEX)),
  alone('a Shopify token', join('shpat_', HEX)),
  alone('a Grafana token', join('glsa_', ALNUM.slice(0, 32), '_0a1b2c3d')),
  alone('a Vault token', join('hvs.', ALNUM)),
  alone('a Telegram bot token', join('123456789:', 'AA', ALNUM.slice(0, 33))),
  alone('an AWS key id', join('AKIA', 'IOSFODNN7EXAMPLE')),
  within(
    'an AWS secret key',
    join('wJalrXUtnFEMI/K7MDENG/', 'bPxRfiCYEXAMPLEKEY'),
    (key) => `aws_secret_access_key = ${key}`,
  ),
  within(
    'an Azure storage key',
    join(ALNUM, ALNUM, '=='),
    (key) => `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${key};EndpointSuffix=x`,
  ),
  within('a signed URL', join(ALNUM, '%3D'), (sig) => `https://a.blob.example.net/c?sv=2024-01-01&sig=${sig}`),
  alone('a JWT', join('eyJhbGciOiJIUzI1NiJ9', '.eyJzdWIiOiIxIn0', '.dBjftJeZ4CVP-mB92K27uhbUJU1p1r')),
  within('a bearer token', ALNUM.slice(3), (token) => `Authorization: Bearer ${token}`),
  within('a basic credential', 'dXNlcjpwYXNzd29yZDEy', (code) => `authorization: Basic ${code}`),
  within('a header with a key', HEX, (key) => `X-Api-Key: ${key}`),
  within('a cookie', 'f00dbabe12345678', (id) => `Cookie: theme=dark; session=${id}`),
  within('a password in a URL', PASSWORD, (word) => `postgres://app:${word}@db.prod:5432/app`),
  within('a password with signs in a URL', 'p@ss:w0rd-9', (word) => `amqp://app:${word}@mq.prod:5672/`),
  within('a token in a URL', ALNUM, (token) => `https://${token}@git.example.com/org/repo.git`),
  within('a password in a connection string', PASSWORD, (word) => `Server=db;User Id=sa;Password=${word};Database=x`),
  within('a password in a JDBC URL', PASSWORD, (word) => `jdbc:postgresql://db/app?user=app&password=${word}`),
  within('a password in a DSN of words', PASSWORD, (word) => `host=db user=app password=${word} dbname=app`),
  within('a password in JSON', PASSWORD, (word) => `{"password":"${word}","user":"app"}`),
  within('a password in JSON within JSON', PASSWORD, (word) => JSON.stringify(JSON.stringify({ dbPassword: word }))),
  within('a password in YAML', PASSWORD, (word) => `db:\n  password: ${word}\n  user: app`),
  within('an environment variable in JSON', PASSWORD, (word) => `{"name":"DB_PASSWORD","value":"${word}"}`),
  within('an environment variable in YAML', PASSWORD, (word) => `- name: DB_PASSWORD\n  value: ${word}`),
  within('an environment variable in a table', PASSWORD, (word) => `DB_PASSWORD:            ${word}`),
  within('a password on a command line', PASSWORD, (word) => `backup --password ${word} --verbose`),
  within('a credential of curl', PASSWORD, (word) => `curl -u admin:${word} https://api.example.com`),
  within('a Slack webhook', 'T00000000/B00000000/abcDEF123456', (path) => `https://hooks.slack.com/services/${path}`),
  alone(
    'a private key',
    join('-----BEGIN RSA PRIVATE', ' KEY-----\nMIIEowIBAAKCAQEA\n-----END RSA PRIVATE', ' KEY-----'),
  ),
  within(
    'a private key in JSON',
    'MIIEvQIBADANBgkq',
    (key) =>
      `"private_key": "${join('-----BEGIN PRIVATE', ' KEY-----')}\\n${key}\\n${join('-----END PRIVATE', ' KEY-----')}\\n"`,
  ),
  alone('an e-mail address', 'maria.person+shop@customer.example.org'),
  alone('a card number', '4111 1111 1111 1111'),
  alone('a card number with dashes', '5500-0055-5555-5559'),
  alone('an Amex number', '378282246310005'),
  within('a card number in JSON', '4012888888881881', (card) => `{"card":${card}}`),
];

const ADDRESSES = ['10.96.31.7', '203.0.113.9', '198.51.100.44', '2001:db8:85a3::8a2e:370:7334', 'fe80::dead:beef'];

/** IP addresses as they stand in logs, URLs, tables and names. */
export const PLANTED_ADDRESSES: readonly Planted[] = ADDRESSES.flatMap((address) => {
  const host = address.includes(':') ? `[${address}]` : address;
  return [
    within('an address that was dialled', address, () => `dial tcp ${host}:5432: connect: connection refused`),
    within('an address of a URL', address, () => `GET http://${host}:8080/orders failed`),
    within('an address in JSON', address, () => `{"client":"${address}","port":"443"}`),
    within('an address before a comma', address, () => `x-forwarded-for: ${address}, 127.0.0.1`),
    within('an address of a store', address, () => `postgres://app@${host}:5432/orders`),
    within('an address in brackets', address, () => `peer (${address}) is gone`),
  ];
});

/** Which addresses are still in a text. */
export function addressesIn(text: string): string[] {
  return ADDRESSES.filter((address) => text.includes(address));
}

/** All of them in one text. */
export const ALL_PLANTED = PLANTED.map(({ text }) => text).join('\n');

/** Which secrets are still in a text. */
export function leakedIn(text: string): string[] {
  return PLANTED.filter(
    ({ secret }) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)),
  ).map(({ what }) => what);
}
