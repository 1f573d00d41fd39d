import { speaksOfPool } from '../../detectors/support/pool-words.ts';

/** Something of which a process may have so much itself, and what it means that it has no more. */
export type OwnLimit = {
  /** As a clause about the process. */
  meaning: string;
  /** True where it fills up just as well because those who are called take their time. */
  fillsByWaiting: boolean;
};

/** What the C library, Go, Java, Node, Python and Windows say when a process has used up what is its own. */
const LIMITS: { words: RegExp; meaning: string }[] = [
  {
    words: /too many open files|\bE[MN]FILE\b|file table overflow|\bWSAEMFILE\b/i,
    meaning:
      'has exhausted its own limit of open files and sockets: what it opens is not closed, or the limit is too low for what it has open at once',
  },
  {
    words:
      /(?:cannot|can't) assign requested address|\bEADDRNOTAVAIL\b|\bWSAEADDRNOTAVAIL\b|ephemeral ports? (?:are )?(?:exhausted|used up)|no (?:free )?(?:local|ephemeral|source) ports?\b/i,
    meaning:
      'has exhausted its own local ports: it opens new connections faster than closed ones are forgotten, where it should keep and reuse them',
  },
  {
    words: /\bno buffer space\b|\bENOBUFS\b|\bWSAENOBUFS\b/i,
    meaning: 'has exhausted the buffers of its own sockets: more is open or unsent than its machine has memory for',
  },
  {
    words:
      /unable to create (?:new )?native thread|can't start new thread|too many threads|failed to create new OS thread|pthread_create\b.{0,40}(?:fail|EAGAIN|unavailable)|\bfork:.{0,40}resource temporarily unavailable/i,
    meaning:
      'has exhausted its own limit of threads and processes: those that it starts do not end, or too many run at once',
  },
  {
    words: /\bcannot allocate memory\b|\bENOMEM\b/i,
    meaning: 'has exhausted the memory that it may have itself',
  },
];

const POOL: OwnLimit = {
  meaning:
    'has exhausted its own pool of connections: what it takes is not given back or is held for too long, or the pool is too small',
  fillsByWaiting: true,
};

/** What somebody else answered is about somebody else, and who cannot bind an address was given a wrong one. */
const OF_OTHERS =
  /\brpc error\b|\bremote error\b|\b(?:answer|respond|repl|return)(?:ed|ied|s)\b|\bresponse\b|\bstatus(?: code)?[ =:]+5\d\d\b|\bHTTP\/?[\d.]* 5\d\d\b|\bbind(?:ing)?\b|\blisten(?:ing)? (?:tcp|udp|on)\b/i;
/** What a message says stands at its beginning. */
const MAX_CHARACTERS = 1000;

/** The limit of its own that a program tells to have reached; null where it tells of none, or of somebody else's. */
export function ownLimitIn(body: string): OwnLimit | null {
  const text = body.slice(0, MAX_CHARACTERS);
  if (OF_OTHERS.test(text)) return null;
  const limit = LIMITS.find(({ words }) => words.test(text));
  if (limit) return { meaning: limit.meaning, fillsByWaiting: false };
  return speaksOfPool(text) ? POOL : null;
}
