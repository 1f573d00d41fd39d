import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Meta } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { type Raw, recordsAt, textAt } from '../raw.ts';
import { isMissing, podsOf, sameNamespace } from '../relations.ts';

/** Finds admission webhooks that refuse everything because the service behind them is missing or has no endpoints. */
export const webhooks: Analyzer = (context) =>
  ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].flatMap((kind) =>
    (context.state.others.get(kind) ?? []).flatMap((configuration) =>
      recordsAt(configuration.raw, 'webhooks')
        .flatMap((webhook) => check(context, configuration, webhook))
        .slice(0, 1),
    ),
  );

function check({ state }: Context, configuration: Meta, webhook: Raw): Diagnosis[] {
  const [service, namespace] = [
    textAt(webhook, 'clientConfig', 'service', 'name'),
    textAt(webhook, 'clientConfig', 'service', 'namespace'),
  ];
  // With `Ignore` the API server goes on without an answer.
  if (!service || textAt(webhook, 'failurePolicy') === 'Ignore') return [];
  const found = state.services.find((one) => one.name === service && sameNamespace(one.namespace, namespace));
  const gone = !found && isMissing(state, 'Service', service, namespace);
  const workload = state.workloads.find((one) => one.name === service && sameNamespace(one.namespace, namespace));
  const empty =
    found?.endpoints?.length === 0 ||
    (workload !== undefined && workload.ready === 0 && podsOf(state, workload).every(({ ready }) => ready !== true));
  if (!gone && !empty) return [];
  const own = textAt(webhook, 'name') ?? configuration.name;
  return [
    diagnosis({
      kind: 'webhook-failing',
      class: 'infrastructure',
      statement: `The admission webhook ${name(own)} (${configuration.kind} ${name(configuration.name)}) cannot be called: its Service ${name(service)} ${gone ? 'does not exist' : 'has no endpoints'}, so the API server refuses what the webhook covers`,
      component: configuration.name,
      namespace,
      touches: [configuration.name, own, service],
      confidence: 0.8,
      evidence: [...configuration.evidence, ...(found?.evidence ?? []), ...(workload?.evidence ?? [])],
      actions: [
        ...describeAction(
          configuration.kind,
          configuration.name,
          null,
          'See what the webhook covers and whom it calls',
        ),
        changeAction(
          'Bring the service behind the webhook back, or set its failurePolicy to Ignore for the time being',
          'Ignore lets objects in that the webhook would refuse.',
        ),
      ],
      prevention: [
        'Run webhooks with several replicas, exclude their own namespace, and alert when they do not answer.',
      ],
    }),
  ];
}
