import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { flag, list, optionalText, optionalUrl, resolveOverrides, wholeNumber } from './config-fields.ts';
import { FleetError } from './errors.ts';
import { type LlmConfig, llmConfig, llmEnvironment } from './llm-config.ts';
import { type PrometheusConfig, prometheusConfig, prometheusEnvironment } from './prometheus-config.ts';
import { type RedisConfig, redisEnvironment } from './redis-config.ts';
import { TRACING_REMEDIES, type TracingConfig, tracingConfig, tracingEnvironment } from './tracing-config.ts';

/** The pools a worker process can serve besides the agents': `post` delivers to Slack. */
export const POST_POOL = 'post';

type Environment = Record<string, string | undefined>;

const environmentSchema = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'is not a postgres:// URL' }).optional(),
  ...redisEnvironment,
  DATA_DIR: z.string().default('./.data'),
  HOST: z.string().default('0.0.0.0'),
  PORT: wholeNumber(3000, 0, 65535),
  PUBLIC_URL: optionalUrl,
  WORKER_PORT: wholeNumber(3001, 0, 65535),
  WORKER_POOLS: list,
  WORKER_CONCURRENCY: wholeNumber(5, 1, 200),
  WORKER_RATE_PER_MINUTE: wholeNumber(600, 1, 1_000_000),
  SHUTDOWN_TIMEOUT_SECONDS: wholeNumber(30, 1, 600),
  SLACK_SIGNING_SECRET: optionalText,
  SLACK_BOT_TOKEN: optionalText,
  SLACK_API_URL: optionalUrl,
  SLACK_DEFAULT_CHANNEL: optionalText,
  SLACK_POSTS_PER_MINUTE: wholeNumber(60, 1, 1_000_000),
  SLACK_WORKSPACE_PER_MINUTE: wholeNumber(300, 1, 10_000_000),
  WEBHOOK_TOKEN: optionalText,
  ADMIN_TOKEN: optionalText,
  OPEN_ON_LOOPBACK: flag,
  ...llmEnvironment,
  SIGNOZ_URL: optionalUrl,
  SIGNOZ_API_KEY: optionalText,
  ...prometheusEnvironment,
  DATABASE_TARGETS: optionalText,
  KUBECONFIG: optionalText,
  KUBERNETES_SERVICE_HOST: optionalText,
  KUBERNETES_NAMESPACES: list,
  NETWORK_ALLOWED_HOSTS: list,
  NETWORK_RESOLVE: resolveOverrides,
  MCP_CONFIG: optionalText,
  INTAKE_POLICIES: optionalText,
  MASK_IP_ADDRESSES: flag,
  ...tracingEnvironment,
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug', 'silent']).default('info'),
});

/** Variables that hold a secret; each may be given as `<NAME>_FILE` instead, the path of a file that holds it. */
export const SECRET_VARIABLES = [
  'DATABASE_URL',
  'REDIS_URL',
  'SLACK_SIGNING_SECRET',
  'SLACK_BOT_TOKEN',
  'WEBHOOK_TOKEN',
  'ADMIN_TOKEN',
  'OPENAI_API_KEY',
  'AZURE_OPENAI_API_KEY',
  'SIGNOZ_API_KEY',
  'PROMETHEUS_TOKEN',
  'PROMETHEUS_PASSWORD',
  'PROMETHEUS_HEADERS',
  'OTEL_EXPORTER_OTLP_HEADERS',
] as const;

/** How to mend a variable; printed behind its fault. */
const REMEDIES: Partial<Record<string, string>> = {
  DATABASE_URL: 'give the URL of a PostgreSQL server (postgres://...), or leave it out to embed the database',
  SLACK_SIGNING_SECRET: 'copy it from the Slack app page, Basic Information, App Credentials',
  WEBHOOK_TOKEN: 'choose a long random text and give it to the senders as bearer token',
  ADMIN_TOKEN: 'choose a long random text; it opens the board and the API',
  NETWORK_RESOLVE: 'give host=address:port, separated by commas',
  PROMETHEUS_HEADERS: 'give name=value, separated by commas',
  WORKER_POOLS: 'give names of pools, separated by commas, for example network,database,post',
  ...TRACING_REMEDIES,
};

/** The whole configuration, read once and frozen; what is not configured is null. */
export type Config = Readonly<{
  databaseUrl: string | null;
  /** Null when the queues are in PostgreSQL. */
  redis: RedisConfig | null;
  dataDir: string;
  host: string;
  port: number;
  /** Where people reach the producer with a browser, without a slash at its end. */
  publicUrl: string | null;
  workerPort: number;
  /** Empty means every pool. */
  workerPools: readonly string[];
  workerConcurrency: number;
  /** Jobs that one pool of one process starts per minute at most. */
  workerRatePerMinute: number;
  shutdownTimeoutMs: number;
  slack: Readonly<{
    signingSecret: string | null;
    botToken: string | null;
    apiUrl: string | null;
    defaultChannel: string | null;
    /** Calls that write to one channel. */
    postsPerMinute: number;
    /** Calls that write to all channels together. */
    workspacePerMinute: number;
  }>;
  webhookToken: string | null;
  adminToken: string | null;
  openOnLoopback: boolean;
  llm: LlmConfig;
  signoz: Readonly<{ url: string; apiKey: string | null }> | null;
  prometheus: PrometheusConfig | null;
  /** A file that names the databases that may be asked how they are. */
  databaseTargetsPath: string | null;
  /** Without namespaces all that the credentials may read. */
  kubernetes: Readonly<{ kubeconfigPath: string | null; namespaces: readonly string[] }> | null;
  network: Readonly<{
    allowedHosts: readonly string[];
    resolveOverrides: Readonly<Record<string, { address: string; port: number }>>;
  }>;
  mcpConfigPath: string | null;
  /** A file that changes the built-in intake policies. */
  intakePoliciesPath: string | null;
  /** What `${NAME}` stands for in the MCP_CONFIG file. */
  mcpEnvironment: Readonly<Record<string, string | undefined>>;
  /** Whether IP addresses are hidden from LLM, Slack, logs and stored evidence, like secrets. */
  maskIpAddresses: boolean;
  /** Null where no traces are made. */
  tracing: TracingConfig | null;
  logLevel: 'error' | 'warn' | 'info' | 'debug' | 'silent';
}>;

/**
 * Reads the configuration from an environment. Throws one FleetError `config_invalid` that lists every fault with the
 * variable's name and its remedy; values of secrets are never part of it.
 */
export function loadConfig(environment: Environment = process.env): Config {
  const faults: string[] = [];
  const given = withSecretFiles(withoutEmpty(environment), faults);
  const parsed = environmentSchema.safeParse(given);
  if (!parsed.success) faults.push(...parsed.error.issues.map(describeIssue));
  faults.push(...crossFaults(given));
  if (faults.length > 0 || !parsed.success) {
    throw new FleetError(
      'config_invalid',
      `the configuration has ${faults.length} fault(s):\n- ${faults.join('\n- ')}`,
    );
  }
  return freezeConfig(parsed.data, environment);
}

type ParsedEnvironment = z.output<typeof environmentSchema>;

function withoutEmpty(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''));
}

function withSecretFiles(environment: Environment, faults: string[]): Environment {
  const result = { ...environment };
  for (const name of SECRET_VARIABLES) {
    const path = environment[`${name}_FILE`];
    if (path === undefined) continue;
    if (environment[name] !== undefined) faults.push(`${name} and ${name}_FILE are both set: leave one out`);
    try {
      result[name] = readFileSync(path, 'utf8').trim();
    } catch (error) {
      faults.push(
        `${name}_FILE: cannot be read (${(error as NodeJS.ErrnoException).code}): give the path of a readable file`,
      );
    }
  }
  return result;
}

function describeIssue(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? '');
  const remedy = REMEDIES[name];
  return `${name} ${issue.message}${remedy ? `: ${remedy}` : ''}`;
}

/** What is given without what it needs; whether either is well formed does not matter here. */
function crossFaults(env: Environment): string[] {
  const faults: string[] = [];
  if (env.REDIS_URL && !env.DATABASE_URL) {
    faults.push('REDIS_URL is set without DATABASE_URL: a fleet needs a PostgreSQL that all its processes share');
  }
  if (env.AZURE_OPENAI_ENDPOINT && !env.AZURE_OPENAI_API_KEY) {
    faults.push('AZURE_OPENAI_ENDPOINT is set without AZURE_OPENAI_API_KEY: give the key of the Azure resource');
  }
  if (env.AZURE_OPENAI_ENDPOINT && !env.AZURE_OPENAI_DEPLOYMENT) {
    faults.push('AZURE_OPENAI_ENDPOINT is set without AZURE_OPENAI_DEPLOYMENT: give the name of the model deployment');
  }
  if (env.PROMETHEUS_USER && !env.PROMETHEUS_PASSWORD) {
    faults.push('PROMETHEUS_USER is set without PROMETHEUS_PASSWORD: give the password of that user');
  }
  return faults;
}

function freezeConfig(env: ParsedEnvironment, environment: Environment): Config {
  const inCluster = env.KUBERNETES_SERVICE_HOST !== undefined;
  return Object.freeze({
    databaseUrl: env.DATABASE_URL ?? null,
    redis: env.REDIS_URL ?? null,
    dataDir: env.DATA_DIR,
    host: env.HOST,
    port: env.PORT,
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, '') ?? null,
    workerPort: env.WORKER_PORT,
    workerPools: env.WORKER_POOLS,
    workerConcurrency: env.WORKER_CONCURRENCY,
    workerRatePerMinute: env.WORKER_RATE_PER_MINUTE,
    shutdownTimeoutMs: env.SHUTDOWN_TIMEOUT_SECONDS * 1000,
    slack: {
      signingSecret: env.SLACK_SIGNING_SECRET ?? null,
      botToken: env.SLACK_BOT_TOKEN ?? null,
      apiUrl: env.SLACK_API_URL ?? null,
      defaultChannel: env.SLACK_DEFAULT_CHANNEL ?? null,
      postsPerMinute: env.SLACK_POSTS_PER_MINUTE,
      workspacePerMinute: env.SLACK_WORKSPACE_PER_MINUTE,
    },
    webhookToken: env.WEBHOOK_TOKEN ?? null,
    adminToken: env.ADMIN_TOKEN ?? null,
    openOnLoopback: env.OPEN_ON_LOOPBACK,
    llm: llmConfig(env),
    signoz: env.SIGNOZ_URL ? { url: env.SIGNOZ_URL, apiKey: env.SIGNOZ_API_KEY ?? null } : null,
    prometheus: prometheusConfig(env),
    databaseTargetsPath: env.DATABASE_TARGETS ?? null,
    kubernetes:
      env.KUBECONFIG || inCluster
        ? { kubeconfigPath: env.KUBECONFIG ?? null, namespaces: env.KUBERNETES_NAMESPACES }
        : null,
    network: { allowedHosts: env.NETWORK_ALLOWED_HOSTS, resolveOverrides: env.NETWORK_RESOLVE },
    mcpConfigPath: env.MCP_CONFIG ?? null,
    intakePoliciesPath: env.INTAKE_POLICIES ?? null,
    mcpEnvironment: environment,
    maskIpAddresses: env.MASK_IP_ADDRESSES,
    tracing: tracingConfig(env),
    logLevel: env.LOG_LEVEL,
  });
}
