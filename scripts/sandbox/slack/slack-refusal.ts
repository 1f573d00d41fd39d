/** A refusal in Slack's way: HTTP 200 with `ok: false` and a word. */
export class SlackRefusal extends Error {
  readonly word: string;
  readonly details: string[];
  readonly more: Record<string, string>;

  constructor(word: string, details: string[] = [], more: Record<string, string> = {}) {
    super(word);
    this.word = word;
    this.details = details;
    this.more = more;
  }

  /** The JSON body, with `response_metadata.messages` where there is more to say. */
  toBody(): Record<string, unknown> {
    const details = this.details.length > 0 ? { response_metadata: { messages: this.details } } : {};
    return { ok: false, error: this.word, ...this.more, ...details };
  }
}
