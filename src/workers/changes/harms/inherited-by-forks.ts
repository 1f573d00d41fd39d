import { came, gone, type HarmRule } from './lines.ts';

/** What runs in each process after it was forked, to open its own connections. */
const AFTER_FORK =
  /\b(?:post_?fork|after_?fork|before_?fork|on_worker_(?:boot|fork|start)|after_worker_(?:boot|fork)|worker_process_init|post_worker_init|register_at_fork|starting_worker_process|pthread_atfork|postfork|worker_init)\b/i;
/** What loads the program before it forks. */
const FORKS_LOADED =
  /\bpreload_app!?(?:\s*[=:]\s*true|\s*$)|--preload\b|\blazy-apps\s*[=:]\s*(?:false|0)|set_start_method\(["']fork|get_context\(["']fork|start_method\s*=\s*["']fork/i;
/** What makes every process load the program itself. */
const LOADS_ITSELF =
  /\blazy-apps\s*[=:]\s*(?:true|1)|set_start_method\(["']spawn|get_context\(["'](?:spawn|forkserver)/i;

/** Answers that belong to another one's questions, as clients of stores and TLS complain of them. */
const SHARED =
  /decryption failed|bad[ _]record[ _]mac|(?:ssl|tls)[^\n]{0,40}(?:closed unexpectedly|eof detected|wrong version)|lost synchronization|out of sync|(?:packets?|sequence|replies) out of (?:order|sequence)|unexpected (?:message|reply|packet|response)|does not return rows|no results to fetch|commands out of sync|protocol (?:error|violation)|another (?:process|pid)|pid mismatch|InheritedError|got wrong number|malformed (?:packet|reply)|result (?:of|for) (?:another|a different)/i;

/** Connections of a parent that its forked children share: each reads what the other asked for. */
export const INHERITED_BY_FORKS: HarmRule = {
  why: 'its forked worker processes use the connections that their parent opened, all of them the same sockets',
  when: (lines) => gone(lines, AFTER_FORK) || came(lines, FORKS_LOADED) || gone(lines, LOADS_ITSELF),
  shows: SHARED,
};
