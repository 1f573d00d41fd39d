import type { Config } from '../../../src/shared/config.ts';
import { maskText } from '../describe-fault.ts';
import type { Line } from './check.ts';

/** Shorter values than this are no secrets, and would turn up in ordinary words. */
const SHORTEST_SECRET = 6;

/** Takes every configured secret, and what looks like one, out of a line: servers like to quote what they refuse. */
export function hideSecrets(config: Config | null): (line: Line) => Line {
  const secrets = config ? secretsOf(config).filter((secret) => secret.length >= SHORTEST_SECRET) : [];
  const hide = (text: string) => maskText(secrets.reduce((left, secret) => left.replaceAll(secret, '[masked]'), text));
  return (line) => ({ ...line, detail: hide(line.detail), remedy: line.remedy && hide(line.remedy) });
}

function secretsOf(config: Config): string[] {
  const { slack, webhookToken, adminToken, llm, signoz, prometheus, tracing, databaseUrl, redis } = config;
  const given = [
    slack.signingSecret,
    slack.botToken,
    webhookToken,
    adminToken,
    signoz?.apiKey,
    prometheus?.token,
    prometheus?.basic?.password,
    ...Object.values(prometheus?.headers ?? {}),
    ...Object.values(tracing?.headers ?? {}),
    passwordIn(databaseUrl),
  ];
  const place = redis?.place;
  const more = [
    redis?.password,
    place?.topology === 'sentinel' ? place.sentinelPassword : null,
    redis?.tls?.key,
    llm.provider === 'none' ? null : llm.apiKey,
  ];
  return [...given, ...more].filter((secret) => secret !== null && secret !== undefined);
}

function passwordIn(url: string | null): string | null {
  const { password } = new URL(url ?? 'none:');
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}
