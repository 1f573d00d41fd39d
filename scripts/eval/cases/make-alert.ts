import type { Alert } from '../../../src/shared/alert.ts';

/** An alert that says no more than the given facts; everything else is empty, as from a generic sender. */
export function makeAlert(facts: Partial<Alert> & { title: string }): Alert {
  return {
    source: 'generic',
    deliveryKey: 'recorded',
    fingerprint: 'recorded',
    status: 'firing',
    name: facts.title,
    description: '',
    severity: 'high',
    severityText: null,
    service: null,
    namespace: null,
    labels: {},
    annotations: {},
    startsAt: null,
    endsAt: null,
    url: null,
    slack: null,
    ...facts,
  };
}
