import { type KubernetesSandbox, startKubernetesSandbox } from './kubernetes/start-kubernetes-sandbox.ts';
import { startTlsSandbox, type TlsSandbox } from './network/start-tls-sandbox.ts';
import { ALL_SCENARIOS, SCENARIOS, type ScenarioName } from './scenarios/index.ts';
import { createWorldClock } from './scenarios/telemetry-world.ts';
import { type SignozSandbox, startSignozSandbox } from './signoz/start-signoz-sandbox.ts';
import { type SlackSandbox, type SlackSandboxOptions, startSlackSandbox } from './slack/start-slack-sandbox.ts';

export type SandboxOptions = {
  signingSecret?: string;
  botToken?: string;
  signozApiKey?: string;
  /** What is going on in the simulated world, beside the healthy background. Default: certificate and pool. */
  scenarios?: ScenarioName[];
  /** The host with the real TLS endpoint, and how long its certificate lasts. */
  tlsHost?: string;
  certificateHours?: number;
  slack?: Partial<SlackSandboxOptions>;
};

/** The whole simulated outside world; the credentials are what the fleet has to be configured with. */
export type Sandbox = {
  slack: SlackSandbox;
  signoz: SignozSandbox;
  kubernetes: KubernetesSandbox;
  tls: TlsSandbox;
  signingSecret: string;
  botToken: string;
  signozApiKey: string;
  kubeconfigPath: string;
  /** Where host names lead: for the network checks instead of DNS. */
  networkOverrides: Record<string, { address: string; port: number }>;
  /** Moves the present of the telemetry to this time (epoch ms); it moves by itself after five quiet minutes. */
  moveTo(now: number): void;
  /** Puts other scenarios in the place of those that were told so far. */
  tell(scenarios: ScenarioName[]): void;
  close(): Promise<void>;
};

type Closable = { close(): Promise<void> };

/** Starts the simulated Slack, SigNoz, Kubernetes and TLS endpoint; a failed start closes what was open. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const {
    signingSecret = 'sandbox-signing-secret',
    botToken = 'xoxb-sandbox-token',
    signozApiKey = 'sandbox-signoz-key',
    scenarios = ['certificate', 'pool'],
    tlsHost = 'api.example.com',
    certificateHours = 24,
  } = options;
  const running: Closable[] = [];
  const close = async () => void (await Promise.allSettled(running.splice(0).map((one) => one.close())));
  const opened = <T extends Closable>(one: T): T => {
    running.push(one);
    return one;
  };
  const toldBy = (names: ScenarioName[]) => [SCENARIOS.background, ...names.map((name) => ALL_SCENARIOS[name])];
  const told = toldBy(scenarios);
  const world = createWorldClock(told);
  try {
    const slack = opened(await startSlackSandbox({ signingSecret, botToken, ...options.slack }));
    const signoz = opened(await startSignozSandbox({ apiKey: signozApiKey, scenarios: told, world }));
    const kubernetes = opened(await startKubernetesSandbox({ scenarios: told, world }));
    const tls = opened(await startTlsSandbox({ host: tlsHost, validForHours: certificateHours }));
    const networkOverrides = { [tlsHost]: { address: tls.address, port: tls.port } };
    const { kubeconfigPath } = kubernetes;
    const credentials = { signingSecret, botToken, signozApiKey, kubeconfigPath, networkOverrides };
    return {
      slack,
      signoz,
      kubernetes,
      tls,
      ...credentials,
      moveTo: world.moveTo,
      tell: (names: ScenarioName[]) => world.tell(toldBy(names)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
