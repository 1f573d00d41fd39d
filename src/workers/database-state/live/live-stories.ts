import { alertText } from '../../alert-facts.ts';
import type { DetectorInput } from '../../detectors/detector.ts';
import type { LiveStory } from './live-parts.ts';
import { laggingReplicas } from './postgres-replication.ts';
import { blockingChains, forgottenTransactions, fullServers, slowStatements } from './postgres-sessions.ts';
import { brokenRedis, fullClients, fullMemories, slowCommands } from './redis-servers.ts';

/** What database servers tell of themselves when they are asked during the incident (capabilities `postgresql.*` and `redis.*`). */
export function liveStories({ alerts, evidence, facts, now }: DetectorInput): LiveStory[] {
  const since = Date.parse(facts.from ?? '');
  return [
    ...fullServers(evidence),
    ...blockingChains(evidence),
    ...forgottenTransactions(evidence),
    ...laggingReplicas(evidence),
    ...slowStatements(evidence),
    ...fullMemories(evidence, alertText(alerts)),
    ...fullClients(evidence),
    ...slowCommands(evidence, Number.isNaN(since) ? now.getTime() - 3_600_000 : since),
    ...brokenRedis(evidence),
  ];
}
