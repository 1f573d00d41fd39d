import { describeAction } from '../actions.ts';
import { type Analyzer, diagnosis } from '../diagnosis.ts';
import { name, quote } from '../quote.ts';
import { recordsAt, textAt } from '../raw.ts';
import { toConditions } from '../typed/to-pod.ts';

/** Finds parts of the API that another server answers (metrics, custom metrics) and that are not available. */
export const apiServices: Analyzer = ({ state }) =>
  (state.others.get('APIService') ?? []).flatMap((object) => {
    const condition = toConditions(recordsAt(object.raw, 'status', 'conditions')).find(
      ({ type }) => type === 'Available',
    );
    const row = textAt(object.raw, 'status', 'available');
    const away = condition?.status === 'False' || /^False/.test(row ?? '');
    if (!away) return [];
    const why = condition?.message ?? /\(([^)]+)\)/.exec(row ?? '')?.[1] ?? null;
    const metrics = /metrics/.test(object.name);
    return [
      diagnosis({
        kind: 'api-service-away',
        class: 'infrastructure',
        statement: `The API ${name(object.name)} is not available${why ? ` (${quote(why, 140)})` : ''}${metrics ? ', so autoscalers and kubectl top get no metrics (metrics server)' : ''}`,
        component: metrics ? 'metrics-server' : object.name,
        namespace: null,
        touches: [
          object.name,
          'metrics-server',
          ...(state.others.get('HorizontalPodAutoscaler') ?? []).map((one) => (metrics ? one.name : '')),
        ],
        confidence: 0.84,
        evidence: object.evidence,
        actions: describeAction('apiservice', object.name, null, 'See why the API is not available'),
        prevention: ['Alert on APIServices that are not available.'],
      }),
    ];
  });
