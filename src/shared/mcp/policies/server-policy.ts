import { z } from 'zod';

export const BALANCE_STRATEGIES = ['weighted', 'least_in_flight', 'round_robin'] as const;
export type BalanceStrategy = (typeof BALANCE_STRATEGIES)[number];

const wholeMs = z.number().int().min(1).max(600_000);
const count = z.number().int().min(1).max(10_000);

/** What may differ from tool to tool. */
const toolPolicy = z.strictObject({
  /** How long one attempt may take, ms. */
  deadlineMs: wholeMs.optional(),
  /** Attempts of a call that may be repeated, the first included. */
  attempts: z.number().int().min(1).max(10).optional(),
  /** Calls of one tool at once. */
  concurrency: count.optional(),
  /** How long an answer is good for the same question, ms; 0 keeps nothing. */
  cacheTtlMs: z.number().int().min(0).max(3_600_000).optional(),
  /** Longest text of an answer, characters; of a longer one head, tail and digest are left. */
  maxResultChars: z.number().int().min(1000).max(100_000_000).optional(),
  /** Whether a read that is late is asked of another endpoint as well. */
  hedge: z.boolean().optional(),
});

/** The form of `policy` in a server's entry of the MCP_CONFIG file; see docs/mcp.md. */
export const serverPolicySchema = z.strictObject({
  ...toolPolicy.shape,
  /** Calls of the server at once (all its tools and endpoints), and how many may wait for their turn. */
  concurrency: count.optional(),
  toolConcurrency: count.optional(),
  queued: z.number().int().min(0).max(100_000).optional(),
  retryBaseMs: wholeMs.optional(),
  retryCapMs: wholeMs.optional(),
  breakerFailures: count.optional(),
  breakerOpenMs: wholeMs.optional(),
  /** Calls per second that leave for the server, and how many may come at once after a pause. */
  ratePerSecond: z.number().positive().max(100_000).optional(),
  burst: count.optional(),
  balance: z.enum(BALANCE_STRATEGIES).optional(),
  /** Failures in a row that take an endpoint out while others are there, for how long (ms), and how slowly it comes back (ms). */
  ejectAfter: count.optional(),
  ejectMs: wholeMs.optional(),
  slowStartMs: z.number().int().min(0).max(600_000).optional(),
  /** Policies of single tools by name; `*` stands for any characters. The first that fits holds. */
  tools: z.record(z.string().min(1), toolPolicy).optional(),
});
export type ServerPolicy = z.output<typeof serverPolicySchema>;
export type ToolPolicy = z.output<typeof toolPolicy>;

/** What holds for one tool: its own policy before the server's. */
export function policyOfTool(policy: ServerPolicy, tool: string): ToolPolicy {
  const own = Object.entries(policy.tools ?? {}).find(([pattern]) => matchesName(pattern, tool))?.[1];
  const { deadlineMs, attempts, cacheTtlMs, maxResultChars, hedge, toolConcurrency } = policy;
  return { deadlineMs, attempts, cacheTtlMs, maxResultChars, hedge, concurrency: toolConcurrency, ...own };
}

/** Whether the name fits a pattern in which `*` stands for any characters. */
export function matchesName(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^]*')}$`).test(name);
}
