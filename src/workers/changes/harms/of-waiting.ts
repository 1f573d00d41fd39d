import { came, gone, HANDED_OVER, type HarmRule, shrinks, some } from './lines.ts';

const LIMITS_WAITING =
  /\btime_?out\w*\s*[:=(]|Timeout:|setTimeout\(|WithTimeout\(|with_?timeout|wait_for\(|AbortSignal\.timeout|\.timeout\(|deadline/i;
const ASKS_OTHERS =
  /\bhttp|https?\b|requests\.|client|fetch\(|axios|\.Get\(|\.Do\(|RestTemplate|connect|dial|query|grpc|\burl\b|session/i;
const LATER =
  /deliver_later|perform_(?:later|async)|\.delay\(|apply_async|enqueue\w*\(|@Async\b|\bThread\.new\b|Task\.Run\(|setImmediate\(|\bgo func|spawn\(|publish\w*\(|background/i;
const NOW = /deliver_now|perform_now|\.perform\(|\.run\(|\.call\(|\.send\w*\(|\.execute\(/i;
const ONE_PROCESS =
  /GenServer\.call\(|Agent\.(?:get|update)\(|newSingleThreadExecutor|Semaphore\(1\)|max_workers=1\b|concurrency:\s*1\b|\.Lock\(|synchronized\b/;
/** How many do the work, as settings call it. */
export const HANDS =
  /replicas?\w*|maxReplicas|minReplicas|\bworkers\b|threads?\b|max_?children|concurrency|processes|GOMAXPROCS|max_?instances|desired_?(?:count|capacity)|max_?size\b/i;

/** Who waits for whom and how long, and how many do the work. */
export const OF_WAITING: readonly HarmRule[] = [
  {
    why: 'it waits for others with no timeout, so without a limit of time',
    when: (lines) => gone(lines, LIMITS_WAITING) && some(lines.removed, ASKS_OTHERS) && some(lines.added, ASKS_OTHERS),
    shows:
      /still waiting|WORKER TIMEOUT|goroutines|threads?\b|_threads|stuck|hang|hung|no progress|pool|active_?children|in.?flight|blocked|queue|backlog/i,
  },
  {
    why: 'it does at once what it left to others for later',
    when: (lines) => gone(lines, LATER) && some(lines.added, NOW),
    shows: /took|slow|latenc|duration|p9\d|time[sd]?[ _-]?out|rack::timeout|smtp|blocked|busy/i,
  },
  {
    why: 'it does on the threads that answer requests what it left to threads of its own',
    when: (lines) => gone(lines, HANDED_OVER) && !some(lines.added, HANDED_OVER),
    shows:
      /event.?loop|reactor|\bpoll\b|tokio|netty|uvicorn|worker (?:thread|blocked|busy)|worker_busy|held (?:worker|thread)|blocked? (?:thread|loop|for)|starv|lag\b|heartbeat|health.?check|probe/i,
  },
  {
    why: 'all requests pass through one hand',
    when: (lines) => came(lines, ONE_PROCESS),
    shows:
      /GenServer\.call|\bEXIT\b[^\n]{0,20}time out|message_queue|mailbox|waited|waiting|\block\b|contention|queue|backlog|in flight|latenc|duration|p9\d/i,
  },
  {
    why: 'fewer hands do the work',
    when: (lines) => shrinks(lines, HANDS, 1.5),
    shows:
      /waited|queue|backlog|in flight|too many|max_?children|saturat|busy|throttl|latenc|duration|p9\d|reject|pending|scal(?:ed|ing) (?:limited|to max)|503/i,
  },
  {
    why: 'its runtime no longer knows how many processors it may use',
    when: (lines) => gone(lines, /GOMAXPROCS|ActiveProcessorCount|UV_THREADPOOL_SIZE|OMP_NUM_THREADS|WEB_CONCURRENCY/),
    shows: /throttl|cpu|context switch|latenc|duration|p9\d|took/i,
  },
  {
    why: 'its garbage is collected by another collector',
    when: (lines) => some(lines.added, /-XX:[+-]?Use\w+GC|GOGC|gcServer|ConcurrentGarbageCollection|--gc-interval/),
    shows: /\bgc\b|_gc_|garbage|pause|stop.the.world|safepoint/i,
  },
];
