import {
  type InProcessFleet,
  sandboxEnvironment,
  startInProcess,
  WEBHOOK_TOKEN,
} from '../../scripts/fleet-in-process.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../scripts/sandbox/start-sandbox.ts';
import { pause } from '../../src/shared/deadline.ts';
import { type Backend, preparedBackend } from './backends.ts';

export const CHANNEL = 'C0ALERTS01';

export type TestFleetOptions = { sandbox?: SandboxOptions; environment?: Record<string, string> };

/** A fleet in this process on a fresh backend, with the simulated world beside it. */
export type TestFleet = {
  sandbox: Sandbox;
  fleet: InProcessFleet;
  /** The environment of the fleet, for starting a second one on the same backend. */
  environment: Record<string, string>;
  close(): Promise<void>;
};

/** Starts one; Slack's events go to it, and its pace in Slack is not the bottleneck. */
export async function startTestFleet(backend: Backend, options: TestFleetOptions = {}): Promise<TestFleet> {
  const sandbox = await startSandbox({ ...options.sandbox, slack: { rateLimits: null, ...options.sandbox?.slack } });
  const fresh = await preparedBackend(backend);
  const environment = {
    ...sandboxEnvironment(sandbox),
    ...fresh.environment,
    SLACK_POSTS_PER_MINUTE: '6000',
    SLACK_WORKSPACE_PER_MINUTE: '60000',
    ...options.environment,
  };
  try {
    if (backend !== 'embedded') await migrateDatabase(environment);
    const fleet = await startInProcess(environment);
    sandbox.slack.setRequestUrl(`${fleet.producer}/alerts/slack`);
    const close = async () => {
      await fleet.close();
      await sandbox.close();
      await fresh.remove();
    };
    return { sandbox, fleet, environment, close };
  } catch (error) {
    await sandbox.close();
    await fresh.remove();
    throw error;
  }
}

/** Brings a server's schema up to date, as `npm run migrate` does. */
export async function migrateDatabase(environment: Record<string, string>): Promise<void> {
  const { loadConfig } = await import('../../src/shared/config.ts');
  const { migrate } = await import('../../src/shared/database/migrate.ts');
  const { openDatabase } = await import('../../src/shared/database/open-database.ts');
  const { silentLogger } = await import('../../src/shared/logger.ts');
  const database = await openDatabase(loadConfig(environment), silentLogger);
  try {
    await migrate(database);
  } finally {
    await database.close();
  }
}

export type Answered = {
  status: number;
  body: { alerts?: { id: string; incidentId: string; decision: string; reason: string }[] } & Record<string, unknown>;
};

/** Sends a body to a source with the webhook token. */
export async function sendAlert(producer: string, source: string, body: unknown): Promise<Answered> {
  const response = await fetch(`${producer}/alerts/${source}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${WEBHOOK_TOKEN}` },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Answered['body'] };
}

// biome-ignore lint/suspicious/noExplicitAny: the tests read what the public API answers, which is JSON
export type IncidentJson = any;

/** Everything the API knows about an incident. */
export async function getIncident(
  fleet: Pick<InProcessFleet, 'producer' | 'adminToken'>,
  id: string,
): Promise<IncidentJson> {
  const headers = { authorization: `Bearer ${fleet.adminToken}` };
  const response = await fetch(`${fleet.producer}/api/incidents/${id}`, { headers });
  return await response.json();
}

/** Waits until `look` finds something; throws with what was seen last when it takes longer than `ms`. */
export async function eventually<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  ms = 15_000,
): Promise<T> {
  const end = Date.now() + ms;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`${what} did not come about within ${ms} ms`);
    await pause(30);
  }
}

type Asked = Pick<InProcessFleet, 'producer' | 'adminToken'> & Partial<Pick<InProcessFleet, 'services'>>;

/** Waits until the incident has reached the state, and answers with everything that the API knows about it then. */
export async function untilState(fleet: Asked, id: string, state: string, ms = 15_000): Promise<IncidentJson> {
  const isReached = async () => (await stateOf(fleet, id)) === state;
  try {
    // What leaves the state meanwhile is not answered with.
    const reached = async () => {
      const incident = (await isReached()) && (await getIncident(fleet, id));
      return incident && incident.state === state ? incident : null;
    };
    return await eventually(state, reached, ms);
  } catch {
    const last = await getIncident(fleet, id);
    throw new Error(
      `the incident is ${last?.state} (${last?.reason}) after ${ms} ms, not ${state}: ${JSON.stringify(last?.deliveries)}`,
    );
  }
}

/** From the store where the fleet is in this process: the whole incident with all its evidence, every 30 ms, costs more than the fleet. */
async function stateOf({ services, ...fleet }: Asked, id: string): Promise<string | undefined> {
  return services ? (await services.store.incidents.find(id))?.state : (await getIncident(fleet, id)).state;
}

/** Waits for the incident that was made of a Slack message. */
export async function incidentOfThread(
  fleet: Pick<InProcessFleet, 'producer' | 'adminToken'>,
  ts: string,
): Promise<string> {
  return await eventually('an incident for the message', async () => {
    const response = await fetch(`${fleet.producer}/api/incidents`, {
      headers: { authorization: `Bearer ${fleet.adminToken}` },
    });
    const { items } = (await response.json()) as { items: { id: string; slack: { threadTs: string } }[] };
    return items.find((item) => item.slack.threadTs === ts)?.id;
  });
}

/** The replies of a thread that are the incident's reply (its overflow left out). */
export function repliesIn(sandbox: Sandbox, ts: string) {
  return sandbox.slack.thread(CHANNEL, ts).filter((message) => message.metadata?.event_payload.part === 'reply');
}
