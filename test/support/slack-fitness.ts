import { expect } from 'chai';
import { checkCommand } from '../../src/workers/verification/check-command.ts';

/** What nobody sees but programs and models read. */
export const INVISIBLE = /[\u202a-\u202e\u2066-\u2069\u200b\u{e0000}-\u{e007f}]|(?![\n\t])\p{Cc}/u;

/** Any object of a message. */
export type Json = Record<string, unknown>;

/** Every object in a JSON value. */
function objectsIn(value: unknown): Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (value === null || typeof value !== 'object') return [];
  return [value as Json, ...Object.values(value).flatMap(objectsIn)];
}

/** Texts that Slack would read as markup: with our own dates taken out, nothing in them may ping or link. */
function expectNoLiveMarkup(text: string): void {
  const foreign = text.replace(/<!date\^\d+\^[^>|]*\|[^>|]*>/g, '');
  expect(foreign).to.not.match(/<[!@#]|<[a-z]+:|@(?:channel|here|everyone)/i);
}

/** A message to Slack pings nobody, links nowhere, leaks none of the secrets and shows no forbidden command. */
export function expectFitForSlack(message: Json, secrets: readonly string[] = []): void {
  const objects = objectsIn(message.blocks);
  const all = JSON.stringify(message);
  for (const secret of secrets) expect(all).to.not.include(secret);
  expect(
    objectsIn(message)
      .flatMap(Object.values)
      .filter((value) => typeof value === 'string')
      .join(''),
  ).to.not.match(INVISIBLE);
  expectNoLiveMarkup(String(message.text));
  for (const object of objects.filter(({ type }) => type === 'mrkdwn')) expectNoLiveMarkup(String(object.text));
  const kinds = objects.map(({ type }) => type);
  expect(kinds).to.not.include.members(['link']).and.not.include.members(['user']);
  expect(
    kinds.filter((kind) => kind === 'broadcast' || kind === 'link' || kind === 'user' || kind === 'usergroup'),
  ).to.deep.equal([]);
  for (const { elements } of objects.filter(({ type }) => type === 'rich_text_preformatted')) {
    const command = (elements as Json[]).map(({ text }) => text).join('');
    expect(checkCommand(command).effect, command).to.not.equal('forbidden');
    expect(command).to.not.match(/reboot|rm -rf|evil\.example/);
  }
}
