import type { Raw } from '../raw.ts';
import { kindOf } from './kind-names.ts';

const NAMED = /(deployment|statefulset|stateful set|daemon set|daemonset)s? "?([a-z0-9][\w.-]*\w)"?/i;
const UPDATED = /(\d+) out of (\d+) new (?:replicas|pods) have been updated/;
const AVAILABLE = /(\d+) of (\d+) updated (?:replicas|pods) are available/;
const LATE = /exceeded its progress deadline/;
const DONE = /successfully rolled out|rolling update complete|roll out complete|has been rolled out/;

/** The workload of which `kubectl rollout status` told, in the form of the API; null where the text tells of none. */
export function readRolloutStatus(text: string, namespace: string | null): Raw | null {
  const [, kindText = '', name = ''] = NAMED.exec(text) ?? [];
  const kind = kindOf(kindText.replace(' ', ''));
  if (!kind || name === '') return null;
  const [updated, available] = [UPDATED.exec(text), AVAILABLE.exec(text)];
  const state = LATE.test(text)
    ? { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: null }
    : DONE.test(text)
      ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: null }
      : null;
  return {
    kind,
    metadata: { name, namespace },
    spec: { replicas: count(updated?.[2] ?? available?.[2]) },
    status: {
      updatedReplicas: DONE.test(text) ? null : count(updated?.[1]),
      availableReplicas: count(available?.[1]),
      ...(state && { conditions: [state] }),
    },
  };
}

const count = (text: string | undefined): number | null => (text === undefined ? null : Number(text));
