import type { AgentDefinition, RoutingRule } from '../shared/agents/agent-definition.ts';
import { ALERT_CLASSES, type Alert, type AlertClass, type Classification, SEVERITIES } from '../shared/alert.ts';
import { type RoutingField, type RoutingTexts, routingTexts } from './routing-texts.ts';

/** Decides class, agent and priority of an alert, with the reasons; pure and quick. */
export type Classifier = (alert: Alert) => Classification;

/**
 * What a rule's points are worth by where it was found. A name or an expression says what the rule watches; a description
 * also mentions what else may be affected, and labels may name neighbours.
 */
export const FIELD_WEIGHTS: Record<RoutingField, number> = {
  name: 1,
  title: 1,
  expression: 1,
  service: 0.6,
  labels: 0.5,
  description: 0.4,
};

/** Where a rule without `in` looks: at the words, not into labels and expressions. */
const DEFAULT_FIELDS: RoutingField[] = ['name', 'title', 'description', 'service'];

/** Between equal scores the more specific class wins: its words are rarer in alerts about something else. */
const TIE_ORDER: AlertClass[] = ['database', 'network', 'resource', 'infrastructure', 'application'];

/** An alert that no rule knows speaks of somebody's own service. */
const DEFAULT_CLASS: AlertClass = 'application';

/** Labels (or annotations) by which the owner of an alert decides himself. */
export const CLASS_LABEL = 'rca_class';
export const AGENT_LABEL = 'rca_agent';

type Scores = Partial<Record<AlertClass, number>>;
type Evidence = { scores: Scores; reasons: string[] };
type CompiledRule = { class: AlertClass; pattern: RegExp; fields: RoutingField[]; rule: RoutingRule };
type Choice<T> = { value: T; reason: string };

/** The classifier of these agents; their patterns are compiled once. Throws SyntaxError for a pattern that is none. */
export function createClassifier(agents: readonly AgentDefinition[]): Classifier {
  const rules = agents.flatMap(compileRules);
  return (alert) => {
    const evidence = weigh(rules, routingTexts(alert));
    const chosenClass = chooseClass(alert, evidence.scores);
    const chosenAgent = chooseAgent(alert, chosenClass.value, evidence.scores, agents);
    return {
      class: chosenClass.value,
      agent: chosenAgent.value,
      severity: alert.severity,
      priority: SEVERITIES.indexOf(alert.severity) + 1,
      scores: evidence.scores,
      reasons: [chosenClass.reason, ...evidence.reasons, chosenAgent.reason],
    };
  };
}

/** One decision without keeping the classifier; whoever decides often keeps `createClassifier(agents)`. */
export function classifyAlert(alert: Alert, agents: readonly AgentDefinition[]): Classification {
  return createClassifier(agents)(alert);
}

function compileRules(agent: AgentDefinition): CompiledRule[] {
  return agent.routing.rules.map((rule) => ({
    class: agent.class,
    pattern: new RegExp(rule.match, 'i'),
    fields: [...(rule.in ?? DEFAULT_FIELDS)].sort((a, b) => FIELD_WEIGHTS[b] - FIELD_WEIGHTS[a]),
    rule,
  }));
}

function weigh(rules: CompiledRule[], texts: RoutingTexts): Evidence {
  const scores: Scores = {};
  const reasons: string[] = [];
  for (const { class: alertClass, pattern, fields, rule } of rules) {
    const field = fields.find((name) => pattern.test(texts[name]));
    if (!field) continue;
    const points = Math.round(rule.score * FIELD_WEIGHTS[field] * 10) / 10;
    scores[alertClass] = Math.round(((scores[alertClass] ?? 0) + points) * 10) / 10;
    reasons.push(`${alertClass} ${points < 0 ? '' : '+'}${points}: ${rule.because} (${field})`);
  }
  return { scores, reasons };
}

function chooseClass(alert: Alert, scores: Scores): Choice<AlertClass> {
  const wanted = override(alert, CLASS_LABEL);
  const known = ALERT_CLASSES.find((name) => name === wanted);
  if (known) return { value: known, reason: `class ${known}: the alert says so by ${CLASS_LABEL}` };
  const chosen = bestClass(scores);
  if (wanted === null) return chosen;
  return { ...chosen, reason: `${chosen.reason}; ${CLASS_LABEL} "${wanted.slice(0, 60)}" is no class` };
}

function bestClass(scores: Scores): Choice<AlertClass> {
  const best = Math.max(0, ...Object.values(scores));
  if (best === 0)
    return {
      value: DEFAULT_CLASS,
      reason: `class ${DEFAULT_CLASS}: no rule knows this alert, so it is taken for a service's own`,
    };
  const tied = TIE_ORDER.filter((name) => scores[name] === best);
  const value = tied[0] ?? DEFAULT_CLASS;
  if (tied.length === 1) return { value, reason: `class ${value}: most points (${best})` };
  return {
    value,
    reason: `class ${value}: ${tied.join(' and ')} have ${best} points each, and the more specific one wins`,
  };
}

function chooseAgent(
  alert: Alert,
  alertClass: AlertClass,
  scores: Scores,
  agents: readonly AgentDefinition[],
): Choice<string> {
  const pools = agents.filter((agent) => agent.pool !== null);
  const wanted = override(alert, AGENT_LABEL);
  const named = pools.find((agent) => agent.name === wanted);
  if (named) return { value: named.name, reason: `agent ${named.name}: the alert says so by ${AGENT_LABEL}` };
  const chosen = agentOfClass(alertClass, scores, agents, pools);
  if (wanted === null) return chosen;
  return { ...chosen, reason: `${chosen.reason}; ${AGENT_LABEL} "${wanted.slice(0, 60)}" is no agent with a pool` };
}

/** The agent that answers for a class, by its own pool or as a stand-in, with the reason. Throws where no agent has a pool. */
export function agentOfClass(
  alertClass: AlertClass,
  scores: Scores,
  agents: readonly AgentDefinition[],
  pools: AgentDefinition[],
): Choice<string> {
  const own = pools.find((agent) => agent.class === alertClass);
  if (own) return { value: own.name, reason: `agent ${own.name}: it answers for ${alertClass}` };
  const order = agents.find((agent) => agent.class === alertClass)?.routing.standIns ?? [];
  const standIns = order
    .map((name) => pools.find((agent) => agent.name === name))
    .filter((agent) => agent !== undefined);
  const [first] = [...standIns, ...pools];
  if (!first) throw new Error(`no agent has a pool: nobody could answer ${alertClass} alerts`);
  const pointsOf = (agent: AgentDefinition): number => scores[agent.class] ?? 0;
  const nearest = standIns.reduce((best, agent) => (pointsOf(agent) > pointsOf(best) ? agent : best), first);
  const why =
    pointsOf(nearest) > 0 ? `has the most points of those with a pool (${pointsOf(nearest)})` : 'is the nearest';
  return {
    value: nearest.name,
    reason: `agent ${nearest.name}: ${alertClass} has no pool of its own yet, and ${nearest.name} ${why}`,
  };
}

function override(alert: Alert, name: string): string | null {
  const value = alert.labels[name] ?? alert.annotations[name];
  return value === undefined || value.trim() === '' ? null : value.trim().toLowerCase();
}
