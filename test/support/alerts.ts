import { randomUUID } from 'node:crypto';
import type { Alert, Classification } from '../../src/shared/alert.ts';
import { type IntakePlan, PLAIN_PLAN } from '../../src/shared/intake-plan.ts';
import type { ClassifiedAlert } from '../../src/shared/store/intake-store.ts';

/** An alert as a parser would make it; every one is another problem unless a fingerprint is given. */
export function anAlert(given: Partial<Alert> = {}): Alert {
  const id = randomUUID();
  return {
    source: 'generic',
    deliveryKey: id,
    fingerprint: id,
    status: 'firing',
    name: 'HighErrorRate',
    title: 'High error rate on checkout',
    description: '',
    severity: 'high',
    severityText: 'high',
    service: 'checkout',
    namespace: 'shop',
    labels: {},
    annotations: {},
    startsAt: null,
    endsAt: null,
    url: null,
    slack: null,
    ...given,
  };
}

export function aClassification(given: Partial<Classification> = {}): Classification {
  return {
    class: 'network',
    agent: 'network',
    severity: 'high',
    priority: 2,
    scores: { network: 5 },
    reasons: ['network, because it speaks of connections'],
    ...given,
  };
}

/** An alert on its way into the store. */
export function aClassified(alert: Partial<Alert> = {}, classification: Partial<Classification> = {}): ClassifiedAlert {
  return {
    alertId: randomUUID(),
    incidentId: randomUUID(),
    alert: anAlert(alert),
    classification: aClassification(classification),
  };
}

/** What policies say of an alert: nothing special, unless given. */
export function aPlan(given: Partial<IntakePlan> = {}): IntakePlan {
  return { ...PLAIN_PLAN, turnSeconds: 900, ...given };
}
