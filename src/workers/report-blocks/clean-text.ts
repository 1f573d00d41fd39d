import { maskSecrets } from '../../shared/mask-secrets.ts';

/** How much of a text is read, per character that will be shown of it, so that a huge text costs no more than it shows. */
const READ_FACTOR = 3;
const READ_LEAST = 1_000;
/** What is cut off after masking where a text was not read to its end: half a secret there has escaped the mask. */
const TORN_END = 500;

/** Controls and what nobody sees: bidi overrides, zero-width, fillers, tags; but not the parts of emoji. */
const INVISIBLE = /(?!\n|\u200D|\uFE0F)[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;
/** A zero-width joiner holds an emoji together; anywhere else it only hides something. */
const STRAY_JOINER =
  /(?<!\p{Extended_Pictographic}[\uFE0F\p{Emoji_Modifier}]?)\u200D|\u200D(?!\p{Extended_Pictographic})/gu;
/** More marks than that on one letter paint over the lines around it. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** What Slack would read as a ping or a link if any client parsed the text as its markup. */
const SLACK_TOKEN =
  /<(?=!(?:channel|date|everyone|group|here|subteam)|[@#]\w|(?:https?|ftps?|mailto|tel|sms|slack|file|data|javascript):)/gi;
const BROADCAST = /(?<![a-z0-9])@(?=channel|everyone|group|here)/gi;

/**
 * Untrusted text made fit to be shown: secrets masked, invisible characters gone, line ends as \n, well-formed Unicode,
 * and nothing left in it that could ping or link. Everything that goes out to Slack has been through here. Of a long text
 * only a beginning is read, several times as long as the `limit` characters that will be shown.
 */
export function cleanText(text: string, limit: number): string {
  const readable = READ_FACTOR * limit + READ_LEAST;
  const visible = text
    .slice(0, readable)
    .toWellFormed()
    .replace(/\r\n?|[\u2028\u2029\u0085\v\f]/g, '\n')
    .replace(/\t/g, '  ')
    .replace(INVISIBLE, '')
    .replace(STRAY_JOINER, '')
    .replace(STACKED_MARKS, '$1');
  const masked = maskSecrets(visible);
  return defuse(text.length > readable ? masked.slice(0, -TORN_END).toWellFormed() : masked).trim();
}

/** `cleanText` on one line. */
export function cleanLine(text: string, limit: number): string {
  return cleanText(text, limit).replace(/\s+/g, ' ');
}

function defuse(text: string): string {
  return text.replace(SLACK_TOKEN, '‹').replace(BROADCAST, '@ ');
}
