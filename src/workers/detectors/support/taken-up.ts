/** One piece of what a program works on, as its lines name it: `job 5be1c90a`, `file uploads/7.tif`. */
export type Input = { kind: string; value: string };

/** By what programs name what they work on. */
const NAMED =
  /(?<![\w-])(job|task|message|msg|event|record|row|offset|file|path|object|key|document|doc|order|item|upload|image|delivery|invoice|payload|blob|entry)s?(?:[ _.-]?(?:id|no|number|key|name|uuid|tag))?["']?\s?[=:#]\s?["']?([\w./:@-]*\w)/gi;
/** A file or an object of a store by its path. */
const PATH = /(?<![\w.:/@-])(?:s3:\/\/|gs:\/\/)?[\w.-]+(?:\/[\w.@-]+)+/g;
/** Places in code, routes and images are no data. */
const OF_PROGRAM =
  /\.(?:go|py|rb|rs|js|ts|kt|java|cs|php|cpp|c|h|class|jar|so|dll)(?::\d+)?$|^(?:v\d+|api|internal|src|usr|lib|proc|dev|etc)\//i;
const HAS_DIGIT = /\d/;
const LEAST_CHARACTERS = 2;
const MAX_BODY = 600;
const MAX_VALUE = 120;

/** What a line names of what its program works on, each once; names without a digit tell one piece from another rarely. */
export function inputsIn(body: string): Input[] {
  const text = body.slice(0, MAX_BODY);
  const named = [...text.matchAll(NAMED)].map(([, kind = '', value = '']) => ({ kind: kind.toLowerCase(), value }));
  const paths = [...text.matchAll(PATH)].map(([value]) => ({ kind: 'file', value }));
  const found = [...paths, ...named].filter(
    ({ value }) =>
      HAS_DIGIT.test(value) && value.length >= LEAST_CHARACTERS && value.length <= MAX_VALUE && !OF_PROGRAM.test(value),
  );
  return [...new Map(found.map((input) => [input.value, input])).values()];
}

/** By what programs, kernels and platforms tell that a process died. */
const DIED =
  /\boom-?kill\w*|\bexit(?:ed|s)?\b.{0,20}\b(?:code|status)[ =:]+(?!0\b)\d+|\bkilled process\b|\bout of memory\b|OutOfMemoryError|\bpanic:|\bsegmentation fault\b|\bsegfault\b|\bSIG(?:SEGV|KILL|ABRT|BUS|ILL)\b|\bsignal(?: \w+)? (?:6|9|11)\b|\bcore dumped\b|\bWorkerLostError\b|StackOverflowError|\bstack overflow\b|\b(?:worker|process|child|consumer)\b.{0,30}\b(?:died|crashed|was killed|exited unexpectedly|terminated unexpectedly)\b/i;

/** True for a line that tells of the death of a process. */
export const tellsDeath = (body: string): boolean => DIED.test(body.slice(0, MAX_BODY));

const AGAIN =
  /\bre-?deliver\w*|\bre-?queu\w*|\bput back\b|\bunack\w*|\b(?:attempt|retry|try|deliver(?:y|ies)|receive)(?:[ _-]?(?:count|no|number))?[ =:#]+\d|\bretr(?:y|ies|ying)\b|\bre-?claim\w*/i;

/** True for a line by which work comes back to be tried once more. */
export const tellsReturn = (body: string): boolean => AGAIN.test(body.slice(0, MAX_BODY));

const STARTS =
  /\b(?:config\w*|settings?|listening|boot(?:ed|ing|strap\w*)?|initiali[sz]\w*|migrations?|schema|plugins?|models?|started in|starting (?:up|version|server|worker))\b/i;

/** True for a line by which a program tells how it starts: what it names then is part of it, not of its work. */
export const tellsStart = (body: string): boolean => STARTS.test(body.slice(0, MAX_BODY));
