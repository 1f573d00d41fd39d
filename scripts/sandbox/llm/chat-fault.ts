/** What can be made to go wrong with one chat completion. */
export type ChatFault =
  | {
      kind: 'status';
      status: number;
      code?: string;
      param?: string;
      message?: string;
      headers?: Record<string, string>;
    }
  | { kind: 'rate_limited'; retryAfterSeconds: number }
  | { kind: 'hang' }
  /** The answer comes byte by byte, `everyMs` apart: headers at once, the end much later. */
  | { kind: 'trickle'; everyMs: number }
  /** A body without end, as fast as it is read. */
  | { kind: 'endless' }
  | { kind: 'close' }
  /** The connection breaks in the middle of the body. */
  | { kind: 'cut_body' }
  /** A body that is no JSON at all, as of a proxy's error page. */
  | { kind: 'garbage' }
  /** A chat completion whose content is this text. */
  | { kind: 'content'; content: string }
  | { kind: 'wrong_schema' }
  | { kind: 'refusal' }
  | { kind: 'content_filter'; when: 'prompt' | 'answer' }
  | { kind: 'length' }
  /** The server does not know this form of `response_format`, or this parameter. */
  | { kind: 'unsupported'; what: 'json_schema' | 'json_object' | 'max_completion_tokens' };
