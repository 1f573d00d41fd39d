import type { Diagnosis } from './diagnosis.ts';
import { type Nearness, nearnessOf, type Subjects } from './subjects.ts';

/** What nearness does to the confidence: what does not concern the alert is at most a lead. */
const MOST: Record<Nearness, number> = { subject: 1, dependency: 0.9, unknown: 0.88, neighbour: 0.72, stranger: 0.28 };

/** Words of somebody who sees a symptom. */
const SYMPTOM =
  /error|fail|unavailab|unhealthy|slow|latency|timeout|timed out|5\d\d|\bdown\b|stop|cannot|can't|\bwhy\b|wrong|issue|problem|refus|unable|high|crash|not (?:work|run|start|read|avail|respond|reach)|broken|degrad|drop|loss|stuck|pending|missing|empty/;

/** A plain request or a question about one object, which asks for nothing beside it. */
const REQUEST =
  /^(?:please |can you |could you )?(?:show|fetch|get|list|give|print|post|display|tell|describe|is|are|does|do|has|have|how many|what(?:'s| is| are) the|check|look|read|any|anything)\b/;

/** A root this sure explains what stands below it. */
const EXPLAINS_FROM = 0.5;
const EXPLAINED_LOSS = 0.3;
/** How far below the best one the others of the same story stand, so that they are no rivals. */
const STORY_DISTANCE = 0.12;
const MAX_STATEMENT = 590;

/**
 * Orders diagnoses by how well they explain the alert: those that concern it, sure ones, causes above the symptoms that they
 * explain. The best one tells its consequences, too.
 */
export function rankDiagnoses(found: Diagnosis[], subjects: Subjects, text: string): Diagnosis[] {
  const reached = { ...subjects, names: new Set([...subjects.names, ...spokenOf(found, subjects)]) };
  const limited = withoutObservers(
    found.map((one) => ({ ...one, confidence: Math.min(one.confidence, mostOf(one, reached, text)) })),
    text,
  );
  const explained = limited.map((one) => withoutExplained(one, limited));
  const ranked = explained.toSorted((left, right) => weight(right, text) - weight(left, text));
  const [best, ...others] = ranked;
  if (!best) return [];
  const effects = others.filter((one) => one.depth > best.depth && related(best, one));
  return [withEffects(best, effects), ...others.map((one) => belowStory(one, best, effects))];
}

/** Programs that only look on: users feel nothing of their deaths. */
const OBSERVER =
  /^(?:jaeger|zipkin|tempo|loki|promtail|grafana|kibana|prometheus|alertmanager|thanos|otel|opentelemetry|fluent-?(?:bit|d)|filebeat|vector-agent|datadog|newrelic|kube-state-metrics|node-exporter|pushgateway)(?:-|$)/i;
/** What an observer suffers is a lead beside what others suffer, unless somebody asks about it. */
const MOST_OF_OBSERVER = 0.45;

function withoutObservers(found: Diagnosis[], text: string): Diagnosis[] {
  const isObserver = ({ component }: Diagnosis): boolean =>
    OBSERVER.test(component ?? '') && !text.includes((component ?? '').toLowerCase());
  if (!found.some((one) => !isObserver(one) && one.confidence >= EXPLAINS_FROM)) return found;
  return found.map((one) =>
    isObserver(one) ? { ...one, confidence: Math.min(one.confidence, MOST_OF_OBSERVER) } : one,
  );
}

/** Whom the errors of the alert's own objects speak of. */
function spokenOf(found: Diagnosis[], subjects: Subjects): string[] {
  if (subjects.names.size === 0) return [];
  const own = found.filter(
    (one) =>
      /^(?:log|crash|job|address)-/.test(one.kind) && one.confidence >= 0.4 && nearnessOf(one, subjects) === 'subject',
  );
  return own.flatMap(({ touches }) => touches.map((name) => name.toLowerCase()));
}

function mostOf(one: Diagnosis, subjects: Subjects, text: string): number {
  const nearness = nearnessOf(one, subjects);
  const asked = REQUEST.test(text) && !SYMPTOM.test(text);
  return nearness === 'neighbour' && asked ? MOST.stranger : MOST[nearness];
}

/** A diagnosis that another one explains is its symptom. */
function withoutExplained(one: Diagnosis, all: Diagnosis[]): Diagnosis {
  const cause = all.some(
    (other) =>
      other !== one &&
      other.confidence >= EXPLAINS_FROM &&
      other.cause &&
      other.depth < one.depth &&
      related(other, one),
  );
  return cause ? { ...one, confidence: Math.max(0, one.confidence - EXPLAINED_LOSS), cause: false } : one;
}

function related(left: Diagnosis, right: Diagnosis): boolean {
  const names = new Set(left.touches);
  return right.touches.some((name) => names.has(name));
}

const WORD = /[a-z]{4,}/g;

/** Confidence first; a small bonus for causes and for what speaks the words of the alert. */
function weight({ confidence, cause, depth, statement }: Diagnosis, text: string): number {
  const words = new Set(statement.toLowerCase().match(WORD) ?? []);
  const asked = new Set(text.match(WORD) ?? []);
  const shared = [...asked].filter((word) => words.has(word)).length;
  return confidence + (cause ? 0.06 : 0) - depth * 0.015 + Math.min(0.05, shared * 0.006);
}

/** The best diagnosis with the symptoms that it explains, as far as there is room. */
function withEffects(best: Diagnosis, effects: Diagnosis[]): Diagnosis {
  let statement = best.statement;
  const evidence = new Set(best.evidence);
  for (const effect of effects.slice(0, 3)) {
    const clause = effectClause(effect);
    if (statement.includes(clause) || statement.length + clause.length + 16 > MAX_STATEMENT) continue;
    statement = `${statement}${statement === best.statement ? '. As a result: ' : '; '}${clause}`;
    for (const number of effect.evidence) evidence.add(number);
  }
  return {
    ...best,
    statement,
    evidence: [...evidence].sort((left, right) => left - right),
    actions: [...best.actions, ...effects.flatMap(({ actions }) => actions)],
  };
}

/** The first sentence of a symptom. */
const effectClause = ({ statement, brief }: Diagnosis): string =>
  brief ?? statement.split(/\. (?=[A-Z])/)[0] ?? statement;

/** The other diagnoses of the same story (its symptoms, its kind, its objects) are no rivals of the best one. */
function belowStory(one: Diagnosis, best: Diagnosis, effects: Diagnosis[]): Diagnosis {
  const same = effects.includes(one) || one.kind === best.kind || related(one, best);
  const most = Math.max(0.05, best.confidence - STORY_DISTANCE);
  return same && one.confidence > most ? { ...one, confidence: Number(most.toFixed(2)) } : one;
}
