import { withoutCalmWords } from './calm-words.ts';
import { withoutDenials } from './stories/story-parts.ts';

/** Somebody is down; what slows, scales or cools down, or goes down by, from or to a number, is not. */
export const IS_DOWN = String.raw`(?<!\b(?:slow|scal|cool|count|wind|spin|cut|break|drill|track|calm|settl|narrow|ramp|step|siz|trickl)(?:e|es|ed|ing|s)?[ -])\bdown\b(?! (?:by|from|to) \d+(?![\d:]))`;

/** `503 for every basket` is a status, `more than 500 for 15 minutes` a number of something. */
const STATUS_50X = String.raw`(?<!(?:\b(?:above|over|below|under|than|beyond|at|exceed(?:s|ed|ing)?|(?:thresholds?|limit|line|level|maximum|value|current(?:ly)?|connections|sessions|threads|clients)(?: of| to| is| was|:)?)|[<>=≥≤]) ?)50\d (?:from|for|on|by)`;

/** Words of users, who see a symptom that a calm server does not clear up: the fault may lie on the way to it. */
export const SYMPTOM_OF_USERS = new RegExp(
  String.raw`\b(?:slow\w*|time[sd]? ?out|timeouts?|errors?|fail(?:s|ed|ing|ures?)?|(?:http|status|answer\w*|return\w*|respon\w+|codes?|got|gets?|gives?|sees?|throws?)(?: code| with| status| http| a){0,3} 50\d|50[0234]s|5xx|50\d (?:errors?|responses?)|${STATUS_50X}|too many (?:connections|clients)|unavailable|unreachable|cannot|can't|refus\w+|degrad\w*|broken|outage|p9\d{1,2}|stale|users? (?:see|wait|complain))\b|${IS_DOWN}`,
  'i',
);

/** The names of the fields in which an alarm keeps its texts: they tell of nothing themselves. */
const FIELD =
  /^[ \t]*(?:error(?:[ _]?message)?|(?:suspected|possible|probable)[ _]symptoms?|symptoms?|reason|summary)[ \t]*[:=]/gim;
/**
 * What a rule has in a field for its guesses (`Suspected symptom: stale reads`, `Likely cause: disk full`), in a bare noun: it stood there before
 * anything was measured. A sentence there (`Guests see errors`) tells what somebody saw.
 */
const GUESSED =
  /\b(?:suspected|possible|probable|presumed|assumed|likely|potential|typical)[ _](?:symptom|cause|root cause|reason|impact|effect|problem|issue|consequence)s?[ \t]*[:=](?![^.\n]{0,200}\b(?<!\b(?:would|may|might|could|will|can) )(?:do|does|did|sees?|saw|seen|gets?|got|(?<!\b(?:an?|the|or|runaway|slow|nightly|daily|weekly|monthly|heavy|large|expensive|reporting) )reports?|reported|says?|logs?|shows?|waits?|times? out|fails?|failed|returns?|answers?|calls?|complain\w*|throws?|drops?|loses?|lost|hangs?|hung|since|now|currently|today|(?:users?|customers?)(?! (?:would|may|might|could|will)\b)|\d{1,2}:\d\d)\b)[^.\n]{0,200}/gi;
/** What a rule says that its number may come from or lead to, whatever happens now (`usually means slow queries`, `risk of wraparound`). */
const IN_GENERAL =
  /\b(?:(?:usually|often|typically|normally|generally|commonly) (?:means?|indicates?|points? to|leads? to|causes?|results? in|comes? (?:from|with)|is (?:a|the) (?:sign|symptom|result))|(?:can|could|would) (?:mean|indicate|lead to|cause|result in|end in|be (?:a|the) (?:sign|symptom))|(?:(?:a|the|at|in) )?(?:risk|danger|threat) of)\b[^.,;!?\n]{0,200}/gi;
/** A clause that holds something for possible only. */
const SUPPOSED =
  /[^.,;:!?\n]{0,200}\b(?:[Pp]ossibl[ey]|may|might|could|would|[Pp]erhaps|[Ss]uspect(?:ed|s)?|[Aa]ssum(?:ed|es|ing)|[Pp]resum\w+|[Ww]hether)\b[^.,;!?\n]{0,200}/g;
/** A question whether something is so; one for the reason takes it for granted. */
const ASKED = /(?<![^.,;:!?\n])(?!\s{0,5}(?:why|what|how|where|when|since)\b)[^.,;:!?\n]{0,200}\?/gi;

/** The text of an alert without what it only supposes, asks or denies, and without the names of its fields. */
export const seenIn = (text: string): string =>
  withoutDenials(
    withoutCalmWords(text)
      .replace(GUESSED, '')
      .replace(FIELD, '')
      .replace(IN_GENERAL, '')
      .replace(SUPPOSED, '')
      .replace(ASKED, ''),
  );

/** True for the text of an alert that tells of a symptom which somebody saw; what is denied, asked or only supposed was not seen. */
export const complains = (text: string): boolean => SYMPTOM_OF_USERS.test(seenIn(text));
