/** One log line; `at` is epoch ms. */
export type LogRow = {
  at: number;
  service: string;
  severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'FATAL';
  body: string;
  attributes: Record<string, string>;
  resource: Record<string, string>;
};

export type SpanRow = {
  at: number;
  durationMs: number;
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  error: boolean;
  /** OpenTelemetry's kind as SigNoz writes it (Server, Client ...). */
  kind?: string;
  attributes: Record<string, string>;
  resource: Record<string, string>;
};

/** One time series; points are [epoch ms, value], oldest first. */
export type MetricSeries = {
  metric: string;
  unit: string;
  labels: Record<string, string>;
  points: [number, number][];
};

export type KubernetesObject = {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string } & Record<string, unknown>;
  [field: string]: unknown;
};

export type PodLog = { namespace: string; pod: string; container: string; previous: boolean; lines: string[] };

/** Everything that the simulated SigNoz and Kubernetes know at one time. */
export type TelemetryWorld = {
  logs: LogRow[];
  spans: SpanRow[];
  metrics: MetricSeries[];
  objects: KubernetesObject[];
  podLogs: PodLog[];
};

/** A world as seen at `now` (epoch ms): all its times are relative to it. */
export type Scenario = (now: number) => Partial<TelemetryWorld>;

/** Several scenarios side by side in one world. */
export function mergeScenarios(scenarios: Scenario[], now: number): TelemetryWorld {
  const worlds = scenarios.map((scenario) => scenario(now));
  return {
    logs: worlds.flatMap(({ logs = [] }) => logs).sort((a, b) => a.at - b.at),
    spans: worlds.flatMap(({ spans = [] }) => spans).sort((a, b) => a.at - b.at),
    metrics: worlds.flatMap(({ metrics = [] }) => metrics),
    objects: worlds.flatMap(({ objects = [] }) => objects),
    podLogs: worlds.flatMap(({ podLogs = [] }) => podLogs),
  };
}

/** The present of the simulated world: `read` answers it, `moveTo` sets its time, `tell` what is going on in it from now on. */
export type WorldClock = { read(): TelemetryWorld; moveTo(now: number): void; tell(scenarios: Scenario[]): void };

/** After so long without a question the next one finds the world moved to its own present. */
const QUIET_MS = 5 * 60_000;

/** Holds one world still while it is being asked, so that two questions of one investigation see the same times. */
export function createWorldClock(scenarios: Scenario[], clock: () => number = Date.now): WorldClock {
  let present = clock();
  let lastRead = present;
  let told = scenarios;
  let world = mergeScenarios(told, present);
  const moveTo = (now: number) => {
    present = now;
    world = mergeScenarios(told, present);
  };
  return {
    read() {
      if (clock() - lastRead > QUIET_MS) moveTo(clock());
      lastRead = clock();
      return world;
    },
    moveTo,
    tell(next) {
      told = next;
      moveTo(clock());
    },
  };
}
