import { listAction } from '../actions.ts';
import { type Analyzer, type Diagnosis, diagnosis } from '../diagnosis.ts';
import type { KubernetesState } from '../kubernetes-state.ts';
import { name } from '../quote.ts';
import { isMissing, namesOf, sameNamespace, templatesOf } from '../relations.ts';

/** Finds volumes of templates whose claim does not exist. */
export const missingClaims: Analyzer = ({ state }) => absent(state);

function absent(state: KubernetesState): Diagnosis[] {
  return templatesOf(state).flatMap(({ owner, template }) =>
    template.volumes.flatMap(({ claim }) => {
      if (!claim || state.claims.some((one) => one.name === claim && sameNamespace(one.namespace, owner.namespace)))
        return [];
      const sure = isMissing(state, 'PersistentVolumeClaim', claim, owner.namespace);
      if (!sure && !state.desiredOnly) return [];
      return [
        diagnosis({
          kind: 'claim-missing',
          class: 'infrastructure',
          statement: `${owner.kind} ${name(owner.name)} mounts the PersistentVolumeClaim (PVC) ${name(claim)}, which does not exist, so its pods stay Pending`,
          component: namesOf(owner).at(-1) ?? owner.name,
          namespace: owner.namespace,
          touches: [claim, ...namesOf(owner)],
          confidence: sure ? 0.9 : 0.75,
          evidence: owner.evidence,
          actions: listAction('pvc', owner.namespace, 'See which claims exist'),
        }),
      ];
    }),
  );
}
