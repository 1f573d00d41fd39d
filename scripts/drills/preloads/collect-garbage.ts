/**
 * Loaded into a process of the fleet before its own code: collects all garbage every DRILL_COLLECT_MS, in each of its threads,
 * so that the memory that is left is what the process holds. Without it V8 lets a large heap grow for a minute and more.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
setInterval(collect, Number(process.env.DRILL_COLLECT_MS)).unref();
