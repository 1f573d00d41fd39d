import { parseKubernetesQuantity } from '../../detectors/support/quantities.ts';
import { changeAction, describeAction } from '../actions.ts';
import { type Analyzer, type Context, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { Container, Meta, PodTemplate } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { recordsAt, textAt, textMapAt } from '../raw.ts';
import { called, namesOf, podsOf, sameNamespace, templatesOf } from '../relations.ts';

/** Finds containers that ask for more, or for less, than a LimitRange of their namespace allows: the API server refuses their pods. */
export const limitRanges: Analyzer = (context) =>
  (context.state.others.get('LimitRange') ?? []).flatMap((range) =>
    templatesOf(context.state)
      .filter(({ owner }) => sameNamespace(owner.namespace, range.namespace) && isWithoutPods(context, owner))
      .flatMap(({ owner, template }) => refused(range, owner, template)),
  );

/** A pod that is there was let in. */
function isWithoutPods({ state }: Context, owner: Meta): boolean {
  if (owner.kind === 'Pod') return state.desiredOnly;
  const workload = state.workloads.find((one) => one.kind === owner.kind && one.name === owner.name);
  return workload !== undefined && podsOf(state, workload).length === 0;
}

type Bound = { side: 'max' | 'min'; resource: string; bound: string };

function refused(range: Meta, owner: Meta, { containers }: PodTemplate): Diagnosis[] {
  const bounds = recordsAt(range.raw, 'spec', 'limits')
    .filter((limit) => textAt(limit, 'type') === 'Container')
    .flatMap((limit) =>
      (['max', 'min'] as const).flatMap((side) =>
        Object.entries(textMapAt(limit, side)).map(([resource, bound]): Bound => ({ side, resource, bound })),
      ),
    );
  const [first] = containers.flatMap((container) => bounds.flatMap((bound) => broken(container, bound)));
  if (!first) return [];
  const { container, asked, side, resource, bound } = first;
  return [
    diagnosis({
      kind: 'limit-range',
      class: 'resource',
      statement: `The pods of ${called(owner)} are refused: container ${name(container)} has ${asked} of ${resource}, and the LimitRange ${name(range.name)} allows ${side === 'max' ? 'at most' : 'no less than'} ${bound} for a container (${side === 'max' ? 'maximum' : 'minimum'} ${resource} usage per container, forbidden)`,
      component: namesOf(owner).at(-1) ?? owner.name,
      namespace: owner.namespace,
      touches: [...namesOf(owner), range.name],
      confidence: 0.8,
      evidence: [...range.evidence, ...owner.evidence],
      actions: [
        ...describeAction('limitrange', range.name, owner.namespace, 'See what the namespace allows a container'),
        changeAction(
          'Bring the requests and limits of the container within the range, or widen it',
          'Lets the pods start.',
        ),
      ],
      prevention: ['Check manifests against the limit ranges of their namespace before they are applied.'],
    }),
  ];
}

/** Limits are held against the most, requests (limits where there are none) against the least that is allowed. */
function broken({ name: container, limits, requests }: Container, { side, resource, bound }: Bound) {
  const asked = side === 'max' ? (limits[resource] ?? requests[resource]) : (requests[resource] ?? limits[resource]);
  const [amount, most] = [parseKubernetesQuantity(asked ?? ''), parseKubernetesQuantity(bound)];
  if (asked === undefined || amount === null || most === null) return [];
  return (side === 'max' ? amount > most : amount < most) ? [{ container, asked, side, resource, bound }] : [];
}
