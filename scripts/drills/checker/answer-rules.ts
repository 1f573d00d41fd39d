import type { Observed, SlackEffect, StoredIncident } from './observed.ts';

/** The messages of ours that stand in Slack at the end, as they were posted. */
export function visibleMessages(effects: readonly SlackEffect[]): SlackEffect[] {
  const standing = new Map<string, SlackEffect>();
  for (const effect of effects) {
    const place = `${effect.channel} ${effect.ts}`;
    if (effect.kind === 'post') standing.set(place, effect);
    if (effect.kind === 'delete') standing.delete(place);
  }
  return [...standing.values()];
}

const repliesOf = (messages: SlackEffect[], id: string, run: number) =>
  messages.filter((message) => message.incidentId === id && message.run === run && message.part === 'reply');

/** Invariant 2: a posted incident has exactly one reply of its run, and no run has two, dead ones included. */
export function oneAnswerPerRun({ slack, final }: Observed): string[] {
  const visible = visibleMessages(slack);
  const missing = final.incidents.flatMap(({ id, state, run }) =>
    state === 'posted' && repliesOf(visible, id, run).length === 0
      ? [`${id} is posted, and no answer stands in Slack`]
      : [],
  );
  const byPart = Map.groupBy(
    visible.filter((message) => message.incidentId !== null),
    (message) => `${message.incidentId} run ${message.run} ${message.part}`,
  );
  const doubled = [...byPart].flatMap(([what, all]) => (all.length > 1 ? [`${what} stands ${all.length} times`] : []));
  return [...missing, ...doubled];
}

/** Invariant 5: who died of anything but Slack itself says so in the thread. */
export function deathIsTold({ slack, final }: Observed): string[] {
  const visible = visibleMessages(slack);
  return final.incidents.flatMap(({ id, state, run, deadReason }) =>
    state === 'dead' && !deadReason?.startsWith('slack') && repliesOf(visible, id, run).length === 0
      ? [`${id} is dead of ${deadReason}, and its thread does not say so`]
      : [],
  );
}

/** Invariant 2: the answer is in the thread of the alert's own message, or under the root that was posted for the incident. */
export function answerIsInItsThread({ slack, final }: Observed): string[] {
  const visible = visibleMessages(slack);
  return final.incidents.flatMap((incident) => {
    const threads = threadsOf(incident, visible);
    return repliesOf(visible, incident.id, incident.run).flatMap(({ channel, threadTs }) =>
      threads.includes(`${channel} ${threadTs}`)
        ? []
        : [`${incident.id} is answered in ${channel} ${threadTs}, not in its thread`],
    );
  });
}

function threadsOf({ id, slack }: StoredIncident, visible: SlackEffect[]): string[] {
  if (slack) return [`${slack.channel} ${slack.ts}`];
  return visible
    .filter((message) => message.incidentId === id && message.part === 'root')
    .map(({ channel, ts }) => `${channel} ${ts}`);
}

/** Invariant 2: nothing is answered that was never accepted. */
export function noAnswerWithoutAlert({ slack, final }: Observed): string[] {
  const accepted = new Set(final.alerts.map((alert) => alert.incidentId));
  return visibleMessages(slack).flatMap(({ incidentId, channel, ts }) =>
    incidentId !== null && accepted.has(incidentId)
      ? []
      : [`${channel} ${ts} answers ${incidentId}, which was never accepted`],
  );
}

/** The outbox agrees with Slack: what it calls shown stands where it says. */
export function outboxAgreesWithSlack({ slack, final }: Observed): string[] {
  const standing = new Set(visibleMessages(slack).map(({ channel, ts }) => `${channel} ${ts}`));
  const posted = new Set(
    final.incidents.filter(({ state }) => state === 'posted').map(({ id, run }) => `${id} ${run}`),
  );
  return final.deliveries.flatMap(({ incidentId, run, part, state, channel, messageTs, wanted, shown }) => {
    if (part.startsWith('chart-') || !posted.has(`${incidentId} ${run}`)) return [];
    if (part === 'reply' && (state !== 'sent' || shown < wanted))
      return [`the reply of ${incidentId} is ${state} at ${shown} of ${wanted}`];
    return messageTs === null || standing.has(`${channel} ${messageTs}`)
      ? []
      : [`the ${part} of ${incidentId} is said to stand at ${channel} ${messageTs}, where nothing is`];
  });
}
