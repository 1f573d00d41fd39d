import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseRedisUrl } from './redis-url.ts';
import type { RedisUrl, RedisUrlTls } from './redis-url.types.ts';

/** Where Redis is and how it is reached; certificates and the private key as PEM texts, what is null is Node's default. */
export type RedisConfig = Omit<RedisUrl, 'tls'> & Readonly<{ tls: RedisUrlTls | null }>;

/** The variable that names Redis; its faults bring their remedies with them. */
export const redisEnvironment = {
  REDIS_URL: z
    .string()
    .transform((text, context): RedisConfig => {
      const { url, faults } = parseRedisUrl(text);
      const tls = url?.tls ? withPemFiles(url.tls, faults) : null;
      for (const message of faults) context.addIssue({ code: 'custom', message });
      return url ? { ...url, tls } : z.NEVER;
    })
    .optional(),
};

function withPemFiles(tls: RedisUrlTls, faults: string[]): RedisUrlTls {
  const read = (name: 'ca' | 'cert' | 'key') => {
    const path = tls[name];
    if (path === null) return null;
    try {
      const pem = readFileSync(path, 'utf8');
      if (pem.includes('-----BEGIN ')) return pem;
      faults.push(`has a file as ${name} that is no PEM file: give one that begins with -----BEGIN`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      faults.push(`has a file as ${name} that cannot be read (${code}): give the path of a readable PEM file`);
    }
    return null;
  };
  return { ...tls, ca: read('ca'), cert: read('cert'), key: read('key') };
}
