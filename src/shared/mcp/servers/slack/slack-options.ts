export type SlackServerOptions = {
  botToken: string;
  /** Base of the Web API; Slack's own by default. */
  apiUrl?: string;
  /** The deadline of one HTTP request, in ms. */
  timeoutMs: number;
};
