import type { ProblemLine } from './problem-lines.ts';

/**
 * Troubles that programs and platforms call by their name. A change whose harm is another one explains none of them; what only says that
 * something is slow, refused or gone may follow from anything and is not here.
 */
const NAMED: readonly RegExp[] = [
  // Memory
  /OutOfMemory|\bOOM(?:Killed| killed)?\b|heap out of memory|exit code 137|cannot allocate memory|Metaspace/i,
  // Connections of a pool, sessions of a store
  /(?:waiting|timed? ?out|timeout) (?:for|acquiring|getting|on) (?:a |an |free )*(?:db |database )?connection|waited[^\n]{0,30} for (?:a|the) connection|connection is not available|connection not available|QueuePool|pool (?:is )?(?:exhausted|full)|exhausted pool|too many (?:clients|connections)|connection slots/i,
  // What the system has so many of
  /too many open files|\bE[MN]FILE\b|EADDRNOTAVAIL|assign requested address|no space left|ENOSPC|read-only file|burst balance|credits? (?:exhausted|balance)|pids? limit|cannot (?:fork|create native thread)/i,
  // Who may do what, and who is who
  /certificate|x509|PKIX|CERT_|(?:access|permission) denied|AccessDenied|\bforbidden\b|not authorized|unauthori[sz]ed|\b40[13]\b|password authentication|invalid (?:api.?key|token|signature|credentials)|signature (?:mismatch|verification)/i,
  // What was not there or had another form
  /NullPointer|nil pointer|NoneType|of (?:undefined|null)\b|undefined method|NullReference|unwrap\(\)|KeyError|index out of (?:range|bounds)|unmarshal|deseriali[sz]|\b(?:unknown|unexpected|missing|unrecogni[sz]ed) (?:field|variant|property|column|key|token|enum)|schema|cannot (?:parse|decode|cast|convert)|could not (?:parse|decode|convert)|invalid (?:format|input syntax|value|byte)/i,
  // What a store refuses
  /deadlock|lock (?:wait )?timeout|could not obtain lock|waiting for \w*lock|does not exist|violates|duplicate (?:key|entry)|out of range|overflow|division by zero|serializ\w+ (?:failure|access)/i,
  // Limits that others set
  /\b429\b|rate.?limit|too many requests|throttl|quota/i,
  // Names, paths and consumers
  /probe failed with statuscode: 4|no such host|NXDOMAIN|ENOTFOUND|name resolution|max\.?poll|rebalanc|CommitFailed/i,
];

const MOST = 60;
/** So much of the lines of a template, of as many as are looked at, has to call it: of ids and numbers that differ some look like a status. */
const [SHARE, LOOKED_AT] = [0.2, 20];

/** The lines that call a trouble by its name, one of each template. */
export function toldTroubles(problems: ProblemLine[]): string[] {
  const alike = Map.groupBy(problems, ({ service, template }) => `${service} ${template}`);
  const told: string[] = [];
  for (const lines of alike.values()) {
    const looked = lines.slice(0, LOOKED_AT);
    const named = looked.filter(({ body }) => NAMED.some((words) => words.test(body)));
    if (named[0] && named.length >= SHARE * looked.length) told.push(named[0].body);
    if (told.length >= MOST) break;
  }
  return told;
}
