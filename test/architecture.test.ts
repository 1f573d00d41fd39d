import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import {
  importedFile,
  importedPackage,
  importsOf,
  importsOfFile,
  REPOSITORY,
  sourceFiles,
} from './support/module-imports.ts';

/**
 * The import rule of the project. A rule that fails says which file imports what, and what to do instead; if the rule is
 * what is wrong, change it here, with a reason.
 */

/** Who may import each SDK: everything else asks the adapter, so that the SDK can change without the fleet changing. */
const ADAPTERS: Record<string, { allowed: RegExp; instead: string }> = {
  bullmq: {
    // The worker files need the job type and the error classes by which a processor speaks to BullMQ.
    allowed:
      /^src\/(shared\/queues\/[\w-]+|shared\/database\/migrate|workers\/(worker-pool|process-job|send-back|after-post-failure|process-dead-letter))\.ts$/,
    instead: 'use the Queues of src/shared/queues/queues.ts',
  },
  ioredis: {
    // The database server asks Redis servers of others how they fare.
    allowed:
      /^src\/shared\/(queues\/(redis-connection|examine-redis)|mcp\/servers\/database\/redis\/redis-session)\.ts$/,
    instead: 'use the Queues of src/shared/queues/queues.ts',
  },
  pg: {
    // The database server asks PostgreSQL servers of others how they fare.
    allowed: /^src\/shared\/(database\/|mcp\/servers\/database\/postgresql\/postgres-session\.ts$)/,
    instead: 'use the Database of src/shared/database/database.ts',
  },
  '@electric-sql/pglite': {
    allowed: /^src\/shared\/database\//,
    instead: 'use the Database of src/shared/database/database.ts',
  },
  postgrator: { allowed: /^src\/shared\/database\/migrate\.ts$/, instead: 'use src/shared/database/migrate.ts' },
  openai: {
    allowed: /^src\/workers\/llm\/openai-chat-client\.ts$/,
    instead: 'use the ChatClient of src/workers/llm/chat-client.ts',
  },
  '@slack/web-api': {
    allowed: /^src\/shared\/mcp\/servers\/slack\//,
    instead: 'call the Slack MCP server through the gateway',
  },
  '@kubernetes/client-node': {
    allowed: /^src\/shared\/mcp\/servers\/kubernetes\//,
    instead: 'call the Kubernetes MCP server through the gateway',
  },
  '@modelcontextprotocol/sdk': {
    allowed: /^src\/shared\/mcp\/sdk\//,
    instead: 'use the McpConnection of src/shared/mcp/mcp-connection.ts',
  },
  '@modelcontextprotocol/client': {
    allowed: /^src\/shared\/mcp\/modern\//,
    instead: 'use the McpConnection of src/shared/mcp/mcp-connection.ts',
  },
  cockatiel: { allowed: /^src\/shared\/mcp\/call-policies\.ts$/, instead: 'use src/shared/mcp/call-policies.ts' },
  '@bull-board/api': { allowed: /^src\/producer\/board\.ts$/, instead: 'use createBoard of src/producer/board.ts' },
  '@bull-board/express': { allowed: /^src\/producer\/board\.ts$/, instead: 'use createBoard of src/producer/board.ts' },
  express: {
    allowed: /^src\/(producer\/[\w-]+|shared\/http\/[\w-]+|shared\/mcp\/sdk\/serve-http|workers\/start-workers)\.ts$/,
    instead: 'keep HTTP at the edge: a route calls a function that knows no request',
  },
  'chart.js': {
    allowed: /^src\/workers\/charts\//,
    instead: 'use the ChartDrawer of src/workers/charts/chart-drawer.ts',
  },
  '@napi-rs/canvas': {
    allowed: /^src\/workers\/charts\/draw-chart\.ts$/,
    instead: 'use the ChartDrawer of src/workers/charts/chart-drawer.ts',
  },
  winston: { allowed: /^src\/shared\/logger\.ts$/, instead: 'use the Logger of src/shared/logger.ts' },
  'prom-client': {
    // The health routes write a Registry out; they need its type.
    allowed: /^src\/shared\/(metrics|http\/health-routes)\.ts$/,
    instead: 'use the Metrics of src/shared/metrics.ts',
  },
  yaml: {
    // Agents, intake policies and database targets are YAML files, and so is what kubectl and Kubernetes' MCP servers print of objects.
    allowed:
      /^src\/(shared\/agents\/load-agents|producer\/intake-policies\/load-policies|shared\/mcp\/maps\/read-yaml|shared\/mcp\/servers\/database\/read-targets|workers\/kubernetes-state\/read\/read-documents)\.ts$/,
    instead: 'take what the readers of YAML give',
  },
  '@opentelemetry/api': {
    allowed: /^src\/shared\/tracing\//,
    instead: 'use withSpan of src/shared/tracing/tracing.ts',
  },
  // Loaded only where a collector is configured: the SDK takes 7 MB.
  ...Object.fromEntries(
    ['core', 'exporter-trace-otlp-proto', 'resources', 'sdk-trace'].map((name) => [
      `@opentelemetry/${name}`,
      { allowed: /^src\/shared\/tracing\/otlp-sdk\.ts$/, instead: 'use withSpan of src/shared/tracing/tracing.ts' },
    ]),
  ),
  // The schema library is part of the contracts and may be used everywhere.
  zod: { allowed: /^src\//, instead: '' },
};

const FORBIDDEN: { rule: string; from: RegExp; to: RegExp; fix: string }[] = [
  {
    rule: 'keeps the workers out of the producer',
    from: /^src\/producer\//,
    to: /^src\/workers\//,
    fix: 'move what both need to src/shared',
  },
  {
    rule: 'keeps the producer out of the workers',
    from: /^src\/workers\//,
    to: /^src\/producer\//,
    fix: 'move what both need to src/shared',
  },
  {
    rule: 'keeps both roles out of what they share',
    from: /^src\/shared\//,
    to: /^src\/(producer|workers|[\w-]+\.ts)/,
    fix: 'shared knows neither role: pass the value in, or move it to src/shared',
  },
  {
    rule: 'keeps scripts and tests out of production code',
    from: /^src\//,
    to: /^(test|scripts|deploy)\//,
    fix: 'production code never imports scripts or tests',
  },
];

/** What only some files may say, with who may and what the others do instead. */
const CONFINED_WORDS: { rule: string; word: RegExp; allowed: RegExp; fix: string }[] = [
  {
    rule: 'reads the environment in the configuration only',
    word: /\bprocess\.env\b/,
    allowed: /^src\/shared\/config\.ts$/,
    fix: 'add the variable to src/shared/config.ts and take the value from Config',
  },
  {
    rule: 'handles signals and exits in entry files and shutdown only',
    word: /\bprocess\.(exit\b|exitCode\b|abort\b|once\(|on\()/,
    // The thread of the embedded database ends itself: in a worker thread, exit ends the thread.
    allowed: /^src\/(shared\/(run-role|shutdown|database\/embedded-database-thread)|([\w]+\/)?main)\.ts$/,
    fix: 'throw, or push a release to Shutdown: signals and exit are for entry files, run-role and shutdown',
  },
];

const MAX_LINES = 400;
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|types|d))?\.ts$/;

const files = sourceFiles('src');
const imports = files.flatMap((file) => importsOfFile(file).map((item) => ({ file, ...item })));

describe('the import rule', () => {
  it('sees the files and their imports', () => {
    expect(files.length).to.be.greaterThan(100);
    expect(imports.length).to.be.greaterThan(files.length);
  });

  it('reads every form of import, and no import in a comment', () => {
    const text = [
      "import a, { b } from 'one';",
      "import type { C } from 'two';",
      "import {\n  type D,\n  e,\n} from './three.ts';",
      "import 'four';",
      "export { f } from './five.ts';",
      "const g = await import('six');",
      "new Worker(new URL('./seven.ts', import.meta.url));",
      "// import { h } from 'eight';\n/**\n * import i from 'nine';\n */",
      "export const j = 'ten';",
    ].join('\n');
    const found = importsOf(text).map(({ specifier, typeOnly }) => (typeOnly ? `type ${specifier}` : specifier));
    expect(found).to.have.members(['one', 'type two', './three.ts', 'four', './five.ts', 'six', './seven.ts']);
  });

  for (const { rule, from, to, fix } of FORBIDDEN) {
    it(rule, () => {
      const faults = imports.filter(({ file, specifier }) => {
        const target = importedFile(file, specifier);
        return target !== null && from.test(file) && to.test(target);
      });
      expectNone(faults.map(({ file, line, specifier }) => `${file}:${line} imports ${specifier}: ${fix}`));
    });
  }

  it('confines each package to its adapter', () => {
    const faults = imports.flatMap(({ file, line, specifier }) => {
      const name = importedPackage(specifier);
      if (name === null) return [];
      const adapter = ADAPTERS[name];
      if (!adapter) return [`${file}:${line} imports ${name}: name its adapter in test/architecture.test.ts`];
      return adapter.allowed.test(file) ? [] : [`${file}:${line} imports ${name}: ${adapter.instead}`];
    });
    expectNone(faults);
  });

  it('loads the SDK of traces only where it is asked for', () => {
    const faults = files
      .filter((file) => !/^src\/shared\/tracing\/otlp-sdk\.ts$/.test(file))
      .flatMap((file) => linesWith(file, /^(?:import (?!type\b)|export )[^;]*\botlp-sdk\.ts'/));
    expectNone(faults.map((place) => `${place}: import it when a collector is configured, as open-tracing.ts does`));
  });

  it('imports built-in modules with the prefix node:', () => {
    const bare = imports.filter(({ specifier }) => !specifier.startsWith('.') && importedPackage(specifier) === null);
    const faults = bare.filter(({ specifier }) => !specifier.startsWith('node:'));
    expectNone(
      faults.map(({ file, line, specifier }) => `${file}:${line} imports ${specifier}: write node:${specifier}`),
    );
  });

  it('has no cycles', () => {
    expectNone(findCycles().map((cycle) => `${cycle.join(' -> ')}: move what both need to a file of its own`));
  });

  for (const { rule, word, allowed, fix } of CONFINED_WORDS) {
    it(rule, () => {
      const faults = files.filter((file) => !allowed.test(file)).flatMap((file) => linesWith(file, word));
      expectNone(faults.map((place) => `${place}: ${fix}`));
    });
  }
});

describe('the shape of the code', () => {
  it(`has no file of src over ${MAX_LINES} lines`, () => {
    const long = files
      .map((file) => ({ file, lines: textOf(file).split('\n').length }))
      .filter((one) => one.lines > MAX_LINES);
    expectNone(long.map(({ file, lines }) => `${file} has ${lines} lines: split it where its two subjects meet`));
  });

  it('names every file in kebab-case', () => {
    const all = ['src', 'scripts', 'test', 'deploy'].flatMap(sourceFiles);
    const odd = all.filter((file) => !KEBAB_CASE.test(basename(file)));
    expectNone(odd.map((file) => `${file}: rename it to lower-case words joined by hyphens`));
  });

  it('has no default exports in src', () => {
    expectNone(
      files.flatMap((file) => linesWith(file, /^export default\b/)).map((place) => `${place}: export it by name`),
    );
  });
});

function expectNone(faults: string[]): void {
  expect(faults, `\n${faults.join('\n')}\n`).to.have.length(0);
}

function textOf(file: string): string {
  return readFileSync(join(REPOSITORY, file), 'utf8');
}

/** The places of a file where a word stands in code; a comment may speak of anything. */
function linesWith(file: string, word: RegExp): string[] {
  return textOf(file)
    .split('\n')
    .map((line, index) => ({ line, place: `${file}:${index + 1} has ${word.source}` }))
    .filter(({ line }) => !/^\s*(\/\/|\/?\*)/.test(line) && word.test(line))
    .map(({ place }) => place);
}

/** Cycles of imports that run; two files may know each other's types. */
function findCycles(): string[][] {
  const next = new Map<string, string[]>();
  for (const { file, specifier, typeOnly } of imports) {
    const target = importedFile(file, specifier);
    if (target && !typeOnly) next.set(file, [...(next.get(file) ?? []), target]);
  }
  const done = new Set<string>();
  const cycles: string[][] = [];
  const visit = (file: string, path: string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file]);
    if (done.has(file)) return;
    done.add(file);
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
  };
  for (const file of files) visit(file, []);
  return cycles;
}
