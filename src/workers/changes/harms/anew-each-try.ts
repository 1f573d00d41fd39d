import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';
import { blocksAround, type HunkLine, hunksOf, sideOf } from './hunks.ts';

/** What makes another value each time that it is run, and is used for nothing else than to tell things apart. */
const EVER_NEW =
  /\buuid(?:\.|::|_?v?[1457]\b|_generate\w*|\d?\()|\bGuid\.(?:New|Create)|randomUUID|\bnew_?v[147]\(|\bnanoid\(|\bulid\w*[.(:]|\bksuid\.New|\bxid\.New|\bcuid2?\(|token_(?:hex|urlsafe|bytes)|SecureRandom|uniqid\(/i;
/** What gives another value each time as well, and mostly serves other ends: the time, and chance. */
const OTHER_EACH_TIME =
  /Date\.now\(|new Date\(|\btime\.time(?:_ns)?\(|time\.Now\(|Instant\.now\(|\bUtcNow\b|DateTime\.Now|datetime\.(?:utc)?now\(|currentTimeMillis|nanoTime\(|\bTime\.now|SystemTime::now|Utc::now|DateTime\.utc_now|hrtime|random_?(?:bytes|string)?\(|\brand\w*\.\w+\(|\bsecrets\.\w+\(/i;
/** Names of what tells one request, message or payment from the next. */
const TELLS_APART =
  /idempot\w*|(?:request|message|transaction|operation|command|event|order|payment|transfer|correlation|dedup\w*)[_-]?(?:id|key|uid|token|ref\w*|number)\b|\bnonce\b|\bdedup\w*|request[_-]?token|client[_-]?token|\breference\b|end_?to_?end/i;
/** Heads of blocks whose content is run again when it fails. */
const TRIES =
  /retr(?:y|ies|ied|ying)|\bresilien\w*|\bpolly\b|_?polic(?:y|ies)\.execute|\bpipeline\.execute|back_?off|\bmax_?tries|\b(?:for|while|until|loop|times|each)\b.*(?:attempt|tries|\btry\b)|\battempts?\b.*(?:\btimes\b|\bdo\b|=>|\{)|\btenacity\b|failsafe|stamina|@flaky/i;
/** Heads of what is handed the same message again until it is done with. */
const HANDLES =
  /@(?:Kafka|Rabbit|Jms|Sqs|Stream|Pulsar)Listener|@(?:KafkaHandler|RabbitHandler|MessagePattern|EventPattern|Process(?:or)?\b|Incoming\()|@(?:shared_task|\w*\.task|celery|dramatiq)|\bdef perform\b|\bfun(?:c|ction)?\s+\w*(?:handle|consume|onMessage|process)\w*\(.*(?:message|msg|job|event|record|delivery)|\bdef (?:handle|consume|on_message|process)\w*\(.*(?:message|msg|job|event|record)|\bTask\w* (?:Consume|Handle)\w*\(|\beachMessage\b|new Worker\(|\.process\(.*(?:=>|function)|\bIConsumer</i;
const MOST_READ = 20_000;

const TWICE =
  /\btwice\b|\bdoubl\w*|duplicat\w*|\btwo (?:[\w-]+ ){0,2}(?:charges|orders|payments|transfers|mails|messages|bookings|requests|records|rows|copies|parcels|shipments|invoices|entries|debits|refunds)\b|more than (?:one|once)|already (?:processed|exists|paid|sent|booked|charged)|replay\w*|idempot\w*|redeliver\w*|\b(?:second|repeated) (?:charge|order|payment|booking)|mehrfach|over_?(?:charged|paid)/i;

type Made = { code: string; isAgain: boolean };

/** What was made once for all tries of a request, and is made anew with each of them: whoever is asked takes a try for another request. */
export function anewEachTry({ removed, added, detail }: ReadChange): Consequence[] {
  const hunks = hunksOf(detail.slice(0, MOST_READ));
  const [was, is] = [madeIn(hunks, '-'), madeIn(hunks, '+')];
  const again = is.find(({ isAgain }) => isAgain);
  if (again && was.length > 0 && !was.some(({ isAgain }) => isAgain))
    return [harm(`"${oneLine(again.code, 80)}" stands within what is tried again`)];
  const fixed = removed.find((line) => KEY_OF_IT.test(line) && !makesIdentity(line));
  const fresh = added.find((line) => KEY_OF_IT.test(line) && makesIdentity(line));
  if (!fixed || !fresh || was.length > 0) return [];
  return [harm(`"${oneLine(fresh, 80)}" instead of "${oneLine(fixed, 80)}"`)];
}

const harm = (told: string): Consequence => ({
  why: `it makes the key or id of a request anew with each try (attempt), so that whoever gets it takes a retry for another request and does it twice (duplicates, no idempotency): ${told}`,
  shows: TWICE,
  isPlain: true,
  sendsTwice: true,
});

const makesIdentity = (code: string): boolean =>
  EVER_NEW.test(code) || (OTHER_EACH_TIME.test(code) && TELLS_APART.test(code));

/** The values of one side that are made to tell requests apart, and whether that is done again with each try. */
function madeIn(hunks: HunkLine[][], side: '+' | '-'): Made[] {
  const sides = hunks.map((hunk) => sideOf(hunk, side));
  return sides.flatMap((lines) =>
    lines.flatMap(({ sign, code }, at) => {
      if (sign !== side || !makesIdentity(code)) return [];
      const heads = blocksAround(lines, at);
      return [
        { code, isAgain: heads.some(repeats) || isWithinTry(code) || heads.some((head) => isTried(head, sides)) },
      ];
    }),
  );
}

const repeats = (head: string): boolean => TRIES.test(head) || HANDLES.test(head);
/** A value that is made within the very call that tries again. */
const isWithinTry = (code: string): boolean => {
  const call = code.slice(TRIES.exec(code)?.index ?? code.length);
  return /=>|->|\bdo\b|\{|lambda|func\(/.test(call) && makesIdentity(call);
};

const DEFINED =
  /\b(?:def|func|function|fn|fun)\s+(?:\([^)]*\)\s*)?(\w+)|^(?:[\w<>[\],.?]+\s+)+(\w+)\s*\([^=;]*\)\s*(?:throws [\w, .]+)?\{?$|^(?:const|let)\s+(\w+)\s*=\s*(?:async\s*)?\(/;
/** True for the head of a function that is called by what tries again. */
function isTried(head: string, sides: HunkLine[][]): boolean {
  const name = DEFINED.exec(head)?.slice(1).find(Boolean);
  if (!name) return false;
  const calls = new RegExp(`(?:^|[^\\w])${name}\\b`);
  return sides.some((lines) =>
    lines.some(
      ({ code }, at) =>
        code !== head &&
        calls.test(code) &&
        (TRIES.test(code) || blocksAround(lines, at).some((one) => TRIES.test(one))),
    ),
  );
}

/** A key by which requests that are the same are known as such, with its value. */
const KEY_OF_IT =
  /(?:idempot\w*(?:-key)?|dedup\w*(?:[_-]?id)?|client[_-]?(?:request[_-]?)?token|request[_-]?token)["'\]]*\)?\s*(?:[:=,(]|=>)/i;
