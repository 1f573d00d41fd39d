/**
 * What every change must pass before it is shown to others: format and lint (Biome), types (TypeScript), unit tests.
 * `npm run check`; `--static` leaves the tests out.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

type Part = { name: string; command: string[] };

const root = join(import.meta.dirname, '..');
const inModules = (...path: string[]) => join(root, 'node_modules', ...path);
const STATIC_PARTS: Part[] = [
  {
    name: 'format and lint',
    command: [
      inModules('@biomejs', 'biome', 'bin', 'biome'),
      'ci',
      '--error-on-warnings',
      `--colors=${process.stdout.isTTY ? 'force' : 'off'}`,
      '.',
    ],
  },
  { name: 'types', command: [inModules('typescript', 'bin', 'tsc'), '--noEmit', '--project', root] },
];
const UNIT_TESTS: Part = {
  name: 'unit tests',
  command: [inModules('mocha', 'bin', 'mocha.js'), '--reporter', 'dot', 'test/unit/**/*.test.ts', 'test/*.test.ts'],
};

const { values } = parseArgs({ options: { static: { type: 'boolean', default: false } } });
const results = await Promise.all(STATIC_PARTS.map(run));
if (!values.static) results.push(await run(UNIT_TESTS));
process.exit(results.includes(false) ? 1 : 0);

/** Runs a part, prints what it said when it has ended, so that parts running at once do not mix; true when it passed. */
function run({ name, command }: Part): Promise<boolean> {
  const started = Date.now();
  const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk));
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const passed = code === 0;
      if (!passed || name === UNIT_TESTS.name) console.log(output.trimEnd());
      console.log(`${passed ? '✓' : '✗'} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      resolve(passed);
    });
  });
}
