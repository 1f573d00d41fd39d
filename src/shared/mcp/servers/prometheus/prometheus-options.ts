export type PrometheusServerOptions = {
  /** Where the HTTP API answers, without /api/v1, for example `https://prometheus.example.com` or `https://mimir.example.com/prometheus`. */
  url: string;
  /** Bearer token; null where none is asked for. */
  token?: string | null;
  /** Basic authentication, instead of the token. */
  basic?: { user: string; password: string } | null;
  /** The tenant of a Mimir, Cortex or Thanos that serves several (header X-Scope-OrgID). */
  tenant?: string | null;
  /** Further headers, for example what a proxy in front wants. */
  headers?: Readonly<Record<string, string>>;
  /** The deadline of one HTTP request, in ms; a little less is passed on as the query's own. */
  timeoutMs: number;
  fetch?: typeof fetch;
};
