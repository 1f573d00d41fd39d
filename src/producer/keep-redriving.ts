import type { DeadReason } from '../shared/incident.ts';
import { redriveIncident } from '../shared/redrive-incident.ts';
import type { KeepIntakeDeps } from './keep-intake.ts';

const AT_ONCE = 50;

type Deps = Pick<KeepIntakeDeps, 'store' | 'queues' | 'gateway' | 'policies' | 'logger'>;

/** Tells whether what incidents died of works again; a reason without such a test waits for people. */
const WORKS_AGAIN: Partial<Record<DeadReason, (deps: Deps, signal: AbortSignal) => Promise<boolean>>> = {
  // The call goes through Slack's breaker: it is what closes it again when nothing else is to be posted.
  slack_unavailable: async ({ gateway }, signal) => {
    if (!gateway.has('slack.identity')) return false;
    await gateway.call('slack.identity', {}, { signal });
    return true;
  },
  llm_unavailable: ({ store }) => store.incidents.answeredLately('llm'),
  evidence_unavailable: ({ store }) => store.incidents.answeredLately('evidence'),
};

/** Sends the dead letters round again whose time has come; doing it twice changes nothing. */
export async function redriveDue({ store, queues, logger }: Deps): Promise<void> {
  for (const id of await store.incidents.dueRedrives(AT_ONCE)) {
    const outcome = await redriveIncident({ store, queues }, id);
    if (outcome) logger.info('a dead letter is sent round again', { incident: id, outcome });
  }
}

/** Plans, paced, the redrives of dead letters whose dependency works again. */
export async function planSelfRedrives(deps: Deps, signal: AbortSignal): Promise<void> {
  const { selfRedrives: most, redrivesPerMinute } = deps.policies.deadLetters;
  const reasons = most > 0 ? await deps.store.incidents.selfRedrivable(most) : [];
  for (const reason of reasons) {
    const works = await WORKS_AGAIN[reason]?.(deps, signal).catch(() => false);
    if (!works) continue;
    const { planned } = await deps.store.incidents.planRedrives({ reason }, redrivesPerMinute, { most });
    if (planned > 0) deps.logger.info('what they died of works again: dead letters are redriven', { reason, planned });
  }
}
