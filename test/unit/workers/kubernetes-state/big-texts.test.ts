import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

/** Seconds of CPU that a hard text of a megabyte may cost: the limit per case is 5 s of wall time. */
const MOST_SECONDS = 4;
const MEGABYTE = 1_000_000;

const fill = (line: string): string => line.repeat(Math.ceil(MEGABYTE / line.length));

const HARD: Record<string, [string, string]> = {
  'one line without an end': ['kubectl logs api-1', 'a'.repeat(MEGABYTE)],
  blanks: ['kubectl logs api-1', ' '.repeat(MEGABYTE)],
  'carriage returns': ['kubectl logs api-1', 'x\r'.repeat(MEGABYTE / 2)],
  'a table of consumer groups': [
    'kubectl exec broker-0 -- kafka-consumer-groups.sh --describe --all-groups',
    `GROUP TOPIC PARTITION CURRENT-OFFSET LOG-END-OFFSET LAG CONSUMER-ID HOST CLIENT-ID\n${fill('g t 1 2 3 9999 - - -\n')}`,
  ],
  'lines of requests': ['kubectl logs api-1', fill('2031-06-09T10:00:00Z request_id=a-1 calling http://a.b.c.d\n')],
  'collections of garbage': ['kubectl logs api-1', fill('[gc] GC(1) Pause Full [Full GC Mark-sweep 1 2 3 ')],
  'quotes and braces': ['kubectl logs api-1', fill('{"a":{"b":["')],
  'words that begin like complaints': [
    'kubectl logs api-1',
    fill('connection to postgres at failed timed could not error= '),
  ],
  'complaints of a database': [
    'kubectl logs api-1',
    fill('2031-06-09T10:00:00Z ERROR postgres connection failed: timeout refused mysql redis\n'),
  ],
  'names with many dashes': ['kubectl logs api-1', fill('a-b-c-d-e-f-g-h-i-j-k-l.m.n.o:')],
  durations: ['kubectl logs api-1', fill('took 12 ms in 3 s after 4 ms latency=5 duration: 6ms ')],
  'a table with very wide rows': [
    'kubectl get pods -A',
    `NAME   READY   STATUS   RESTARTS   AGE\n${fill('api-1   1/1   Running   0   3d   ')}`,
  ],
  'a table with very many rows': [
    'kubectl get pods -A',
    `NAME   READY   STATUS    RESTARTS   AGE\n${fill('api-1  1/1     Running   0          3d\n')}`,
  ],
  'a header of capitals': ['kubectl get pods', `NAME ${'A'.repeat(MEGABYTE)}`],
  'pages of describe': [
    'kubectl describe pods',
    fill('Name:  api-1\nNamespace:  team\nContainers:\n  api:\n    Image:  x\n'),
  ],
  'deep indentation': [
    'kubectl describe pods',
    `Name:  api-1\n${Array.from({ length: 1400 }, (_, depth) => `${' '.repeat(depth)}key:\n`).join('')}`,
  ],
  'broken YAML': ['kubectl get pods -o yaml', `apiVersion: v1\n${fill('- {a: [b, {c: ')}`],
  prompts: ['bash', fill('$ \n# kubectl\n=== \n')],
  headings: ['bash', fill('==== a b c d e f g h ')],
  prefixes: ['stern .', fill('[pod/a-b/c] [pod/a-b/c] ')],
  addresses: ['kubectl logs api-1', fill('http://a.b.c.d.e:8080/x?y=z@ ')],
};

/** A megabyte as programs usually write it. */
const USUAL = Array.from(
  { length: MEGABYTE / 100 },
  (_, n) =>
    `2031-06-09T10:${String(Math.floor(n / 60) % 60).padStart(2, '0')}:${String(n % 60).padStart(2, '0')}Z INFO order ${n} of customer ${n * 7} packed in ${n % 90} ms by station ${n % 12}, ${n % 5} parcels left\n`,
).join('');
/** On a slower machine a hard text may cost so many times as much as a usual one there and then. */
const MOST_TIMES = 3;

/** The processor time of reading a text, s. */
function secondsOf(command: string, output: string): number {
  const before = process.cpuUsage();
  concluded('api fails with errors in namespace team', [printed(command, output)]);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

/** Null where one of three tries was in time: others on the same cores, and what a process has in its memory, make a text cost four times as much. */
function tooSlow(command: string, output: string): string | null {
  const told: string[] = [];
  for (let tries = 0; tries < 3; tries++) {
    const seconds = secondsOf(command, output);
    if (seconds < MOST_SECONDS) return null;
    const usual = secondsOf('kubectl logs api-1', USUAL);
    if (seconds < MOST_TIMES * usual) return null;
    told.push(`${seconds.toFixed(1)} s where a usual text takes ${usual.toFixed(1)} s`);
  }
  return told.join(', ');
}

describe('texts of a megabyte', () => {
  for (const [title, [command, output]] of Object.entries(HARD))
    it(`${title}: are read within the time`, () => {
      expect(tooSlow(command, output)).to.equal(null);
    }).timeout(60_000);
});
