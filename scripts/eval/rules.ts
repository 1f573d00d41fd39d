import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createClassifier } from '../../src/producer/classify-alert.ts';
import { SOURCES } from '../../src/producer/sources/index.ts';
import type { ParseContext } from '../../src/producer/sources/source.ts';
import { loadAgents } from '../../src/shared/agents/load-agents.ts';
import type { AlertClass } from '../../src/shared/alert.ts';

/** What an evaluation may read of a rule; everything else in the line is the answer. */
export type RuleInput = {
  id: string;
  alertname: string;
  title: string;
  description: string;
  severity: string;
  expr: string;
};
export type RuleAnswer = { id: string; class: AlertClass };

const FILES = ['alerts/rules.jsonl', 'alerts/rules-mixins.jsonl'];
const CONTEXT: ParseContext = { receivedAt: new Date(0), headers: {}, ownSlack: null };

/** The class of every alert rule, each read as the alert that Alertmanager would send for it. */
export function evaluateRules(casesFolder: string): RuleAnswer[] {
  const classify = createClassifier(loadAgents());
  return readRules(casesFolder).flatMap((rule) => {
    const [alert] = SOURCES.alertmanager.parse(webhookOf(rule), CONTEXT).alerts;
    return alert ? [{ id: rule.id, class: classify(alert).class }] : [];
  });
}

function readRules(casesFolder: string): RuleInput[] {
  const files = FILES.map((file) => join(casesFolder, file)).filter((file) => existsSync(file));
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
  return lines.filter((line) => line.trim() !== '').map((line) => inputOf(JSON.parse(line)));
}

function inputOf({ id, alertname, title, description, severity, expr }: RuleInput): RuleInput {
  return { id, alertname, title, description, severity, expr };
}

/**
 * Prometheus sends the rule's name and severity as labels, its texts as annotations, and its expression in the
 * generator's address as `g0.expr`. Template variables stand as they are: nothing fired that could fill them.
 */
export function webhookOf({ alertname, title, description, severity, expr }: RuleInput): unknown {
  return {
    version: '4',
    status: 'firing',
    receiver: 'eval',
    groupKey: `{}:{alertname="${alertname}"}`,
    alerts: [
      {
        status: 'firing',
        labels: { alertname, severity },
        annotations: { summary: title, description },
        startsAt: '2026-01-01T00:00:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: `http://prometheus.invalid/graph?g0.expr=${encodeURIComponent(expr ?? '')}&g0.tab=1`,
      },
    ],
  };
}
