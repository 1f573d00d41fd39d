import { z } from 'zod';
import { DependencyError, describeError, FAILURE_CLASSES } from '../errors.ts';

/** The key in a tool result's `_meta` under which our servers tell a client why the tool failed. */
export const FAILURE_META_KEY = 'rca-fleet/failure';

const toolFailureSchema = z.object({
  failure: z.enum(FAILURE_CLASSES),
  message: z.string(),
  retryAfterMs: z.number().nonnegative().nullable(),
  detail: z.string().nullable(),
  ambiguous: z.boolean(),
});
/** Why a tool of ours failed, in the form that travels through MCP beside the readable text. */
export type ToolFailure = z.infer<typeof toolFailureSchema>;

/** What a tool threw, as a failure; anything but a DependencyError is a `tool_error`. */
export function toToolFailure(thrown: unknown): ToolFailure {
  if (!(thrown instanceof DependencyError)) {
    const message = describeError(thrown);
    return { failure: 'tool_error', message, retryAfterMs: null, detail: null, ambiguous: false };
  }
  // Its message is a whole sentence; the causes below repeat it in the words of libraries, bodies and all.
  const { failure, message, retryAfterMs, detail, ambiguous } = thrown;
  return { failure, message, retryAfterMs, detail, ambiguous };
}

/** The failure for people and models: what went wrong and what to do next. */
export function describeToolFailure({ message, retryAfterMs, ambiguous }: ToolFailure): string {
  const hints = [
    retryAfterMs === null ? '' : `Try again in ${Math.ceil(retryAfterMs / 1000)} s.`,
    ambiguous ? 'It may have had its effect all the same: look before you call again.' : '',
  ];
  return [message, ...hints].filter(Boolean).join(' ');
}

/** The DependencyError that a failed tool result stands for; a server that is not ours gives `tool_error` and its text. */
export function fromToolFailure(
  server: string,
  meta: Record<string, unknown> | undefined,
  text: string,
): DependencyError {
  const parsed = toolFailureSchema.safeParse(meta?.[FAILURE_META_KEY]);
  if (parsed.success) {
    const { failure, message, retryAfterMs, detail, ambiguous } = parsed.data;
    return new DependencyError(server, failure, message, {
      retryAfterMs: retryAfterMs ?? undefined,
      detail: detail ?? undefined,
      sent: ambiguous,
    });
  }
  // SDK servers answer arguments that do not fit, and unknown tools, with this code inside a tool error's text.
  const failure = text.includes('MCP error -32602') ? 'bad_request' : 'tool_error';
  return new DependencyError(server, failure, text || 'the tool failed without saying why');
}
