import type { z } from 'zod';
import { httpHeaders, optionalText, optionalUrl } from './config-fields.ts';

/** The variables that name Prometheus, or what speaks its API. */
export const prometheusEnvironment = {
  PROMETHEUS_URL: optionalUrl,
  PROMETHEUS_TOKEN: optionalText,
  PROMETHEUS_USER: optionalText,
  PROMETHEUS_PASSWORD: optionalText,
  PROMETHEUS_TENANT: optionalText,
  PROMETHEUS_HEADERS: httpHeaders,
};

/** Where Prometheus is, and how it is asked: by token, or by user and password, or openly. */
export type PrometheusConfig = Readonly<{
  url: string;
  token: string | null;
  basic: Readonly<{ user: string; password: string }> | null;
  tenant: string | null;
  headers: Readonly<Record<string, string>>;
}>;

type ParsedVariables = z.output<z.ZodObject<typeof prometheusEnvironment>>;

/** The configuration of Prometheus, null when no address is given. */
export function prometheusConfig(env: ParsedVariables): PrometheusConfig | null {
  const { PROMETHEUS_URL: url, PROMETHEUS_USER: user, PROMETHEUS_PASSWORD: password } = env;
  if (!url) return null;
  return {
    url,
    token: env.PROMETHEUS_TOKEN ?? null,
    basic: user && password ? { user, password } : null,
    tenant: env.PROMETHEUS_TENANT ?? null,
    headers: env.PROMETHEUS_HEADERS,
  };
}
