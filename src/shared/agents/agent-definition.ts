import { z } from 'zod';
import { ALERT_CLASSES } from '../alert.ts';
import { CAPABILITIES, type Capability } from '../mcp/capabilities.ts';

/** The parts of an alert that a routing rule can look at; `labels` is every "name=value" pair, one a line. */
export const ROUTING_FIELDS = ['name', 'title', 'description', 'labels', 'service', 'expression'] as const;

/** Points for a class when the pattern is found; negative points speak against it. */
export const routingRuleSchema = z.strictObject({
  /** A regular expression (JavaScript, flag `i`; valid with `u` too), matched against each field of `in`. */
  match: z.string().min(1),
  in: z.array(z.enum(ROUTING_FIELDS)).min(1).optional(),
  score: z.number(),
  /** Completes the sentence "because ..." for people. */
  because: z.string().min(1),
});
export type RoutingRule = z.infer<typeof routingRuleSchema>;

const capabilityNames = Object.keys(CAPABILITIES) as [Capability, ...Capability[]];

/**
 * One question of the evidence plan. `arguments` may hold `{placeholders}` of the alert's facts (service, namespace, host,
 * port, pod, from, to, ...); a step whose `needs` are not known is left out and listed as a gap only if `required`.
 */
export const evidenceStepSchema = z.strictObject({
  capability: z.enum(capabilityNames),
  arguments: z.record(z.string(), z.unknown()),
  needs: z.array(z.string()).default([]),
  /** A regular expression on the alert's text; the step is taken only where it matches. */
  when: z.string().optional(),
  /** The same the other way round: the step is left out where it matches. */
  unless: z.string().optional(),
  required: z.boolean().default(false),
  /** Left out without a word where no server answers the capability: nobody expects it of a fleet that has not configured it. */
  optional: z.boolean().default(false),
  /** What a reader sees under "could not check", for example "logs of user-service". */
  label: z.string(),
  /** What the survey that the step is of looks at; set when an agent is loaded. */
  survey: z.string().optional(),
});
export type EvidenceStep = z.infer<typeof evidenceStepSchema>;

/** Steps that several agents take, as one YAML file in `surveys/`; an agent names it by the file's name. */
export const surveySchema = z.strictObject({ title: z.string(), evidence: z.array(evidenceStepSchema).min(1) });

/** An agent as one YAML file: who it answers for, what it asks, how it thinks and what it may spend. */
export const agentDefinitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  title: z.string(),
  class: z.enum(ALERT_CLASSES),
  routing: z.strictObject({
    rules: z.array(routingRuleSchema).min(1),
    /** While a class has no pool of its own: the agents that may stand in, nearest first. */
    standIns: z.array(z.string()).default([]),
  }),
  /** Null while the class has no pool: its alerts go to a stand-in. */
  pool: z
    .strictObject({
      /** The agent's own questions; loading an agent adds those of its surveys. */
      evidence: z.array(evidenceStepSchema).min(1),
      surveys: z.array(z.string()).default([]),
      detectors: z.array(z.string()).min(1),
      prompt: z.string().min(40),
      budget: z.strictObject({
        /** Wall time of one investigation, seconds. */
        seconds: z.number().int().min(5).max(900),
        /** Tokens of one investigation, prompt and completion together. */
        tokens: z.number().int().min(1000),
      }),
    })
    .nullable(),
});
export type AgentDefinition = z.infer<typeof agentDefinitionSchema>;
export type AgentPool = NonNullable<AgentDefinition['pool']>;
