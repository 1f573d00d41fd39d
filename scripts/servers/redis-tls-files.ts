import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { createAuthority } from '../sandbox/network/sandbox-certificates.ts';

/** The paths of PEM files that Redis, its peers and its clients prove themselves with. */
export type RedisTlsFiles = { ca: string; cert: string; key: string };

/** Makes an authority and one certificate for 127.0.0.1, good for servers and clients; `remove` deletes the files. */
export async function makeRedisTls(): Promise<RedisTlsFiles & { remove(): void }> {
  const folder = mkdtempSync(join(tmpdir(), 'rca-fleet-redis-tls-'));
  const authority = await createAuthority();
  const pair = await generate([{ name: 'commonName', value: 'redis' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    ca: authority,
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ],
  });
  const write = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  return {
    ca: write('ca.pem', authority.cert),
    cert: write('redis.pem', pair.cert),
    key: write('redis.key', pair.private),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** What stands in the files. */
export function pemsOf({ ca, cert, key }: RedisTlsFiles): RedisTlsFiles {
  return { ca: readFileSync(ca, 'utf8'), cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

/** The options of a REDIS_URL that name the files, as they follow others. */
export const tlsOptions = ({ ca, cert, key }: RedisTlsFiles) =>
  [`ca=${ca}`, `cert=${cert}`, `key=${key}`].map(encodeURI).join('&');
