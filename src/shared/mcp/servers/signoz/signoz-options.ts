export type SignozServerOptions = {
  /** Where SigNoz answers, for example `https://signoz.example.com`. */
  url: string;
  /** A service account's key; empty where a proxy in front of SigNoz signs in. */
  apiKey: string;
  /** The deadline of one HTTP request, in ms. */
  timeoutMs: number;
  fetch?: typeof fetch;
};
