import { withoutDenials } from './stories/story-parts.ts';

/** Words of users, who see a symptom that a calm server does not clear up: the fault may lie on the way to it. */
export const SYMPTOM_OF_USERS =
  /\b(?:slow\w*|time[sd]? ?out|timeouts?|errors?|fail(?:s|ed|ing|ures?)?|(?:http|status|answer\w*|return\w*|respon\w+|codes?|got|gets?|gives?|sees?|throws?)(?: code| with| status| http| a){0,3} 50\d|50[0234]s|5xx|50\d (?:errors?|responses?|from|for|on|by)|too many (?:connections|clients)|unavailable|down|unreachable|cannot|can't|refus\w+|degrad\w*|broken|outage|p9\d|stale|users? (?:see|wait|complain))\b/i;

/** The names of the fields in which an alarm keeps its texts: they tell of nothing themselves. */
const FIELD =
  /^[ \t]*(?:error(?:[ _]?message)?|(?:suspected|possible|probable)[ _]symptoms?|symptoms?|reason|summary)[ \t]*[:=]/gim;
/** A clause that holds something for possible only. */
const SUPPOSED =
  /[^.,;:!?\n]{0,200}\b(?:[Pp]ossibl[ey]|may|might|could|[Pp]erhaps|[Ss]uspect(?:ed|s)?|[Aa]ssum(?:ed|es|ing)|[Pp]resum\w+|[Ww]hether)\b[^.,;!?\n]{0,200}/g;
/** A question whether something is so; one for the reason takes it for granted. */
const ASKED = /(?<![^.,;:!?\n])(?!\s{0,5}(?:why|what|how|where|when|since)\b)[^.,;:!?\n]{0,200}\?/gi;

/** The text of an alert without what it only supposes, asks or denies, and without the names of its fields. */
export const seenIn = (text: string): string =>
  withoutDenials(text.replace(FIELD, '').replace(SUPPOSED, '').replace(ASKED, ''));

/** True for the text of an alert that tells of a symptom which somebody saw; what is denied, asked or only supposed was not seen. */
export const complains = (text: string): boolean => SYMPTOM_OF_USERS.test(seenIn(text));
