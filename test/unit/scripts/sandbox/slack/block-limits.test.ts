import { expect } from 'chai';
import { validateBlocks } from '../../../../../scripts/sandbox/slack/block-limits.ts';

const mrkdwn = (text: string) => ({ type: 'mrkdwn', text });
const plain = (text: string) => ({ type: 'plain_text', text });
const section = (text: string) => ({ type: 'section', text: mrkdwn(text) });
const richText = (...elements: unknown[]) => ({ type: 'rich_text', elements });
const richSection = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
const divider = { type: 'divider' };

function messagesFor(...blocks: unknown[]): string[] {
  return validateBlocks(blocks)?.messages ?? [];
}

function errorFor(...blocks: unknown[]): string | undefined {
  return validateBlocks(blocks)?.error;
}

describe('block-limits', () => {
  it('takes what Slack takes', () => {
    const button = { type: 'button', text: plain('Redrive'), action_id: 'redrive', style: 'primary' };
    const blocks = [
      { type: 'header', text: { ...plain('x'.repeat(150)), emoji: true }, block_id: 'head' },
      { type: 'section', text: { ...mrkdwn('*x*'), verbatim: true }, fields: [mrkdwn('a'), plain('b')] },
      { type: 'section', fields: [mrkdwn('a')], accessory: button },
      {
        type: 'context',
        elements: [mrkdwn('a'), { type: 'image', image_url: 'https://x.example/a.png', alt_text: 'a' }],
      },
      divider,
      { type: 'actions', elements: [button] },
      richText(
        richSection({ type: 'text', text: 'x', style: { bold: true } }, { type: 'link', url: 'https://x.example' }),
        {
          type: 'rich_text_list',
          style: 'bullet',
          indent: 1,
          elements: [richSection({ type: 'emoji', name: 'wave' })],
        },
        { type: 'rich_text_preformatted', elements: [{ type: 'text', text: 'code' }], border: 0 },
        { type: 'rich_text_quote', elements: [{ type: 'user', user_id: 'U012AB3CD' }] },
        richSection({ type: 'date', timestamp: 1, format: '{date}', fallback: 'then' }),
      ),
      { type: 'markdown', text: '**x**' },
      { type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] },
      { type: 'image', image_url: 'https://x.example/a.png', alt_text: 'a', title: plain('a') },
    ];
    expect(validateBlocks(blocks)).to.equal(null);
    expect(validateBlocks([])).to.equal(null);
  });

  it('refuses what is no list of objects', () => {
    for (const value of [null, {}, 'x', ['x'], [null]]) {
      expect(validateBlocks(value)).to.deep.equal({ error: 'invalid_blocks_format', messages: [] });
    }
  });

  it('answers in Slack’s words, with the place of the fault', () => {
    expect(validateBlocks([section('x'.repeat(3_001))])).to.deep.equal({
      error: 'invalid_blocks',
      messages: ['[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]'],
    });
    expect(messagesFor(section(''))).to.deep.equal([
      '[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ]);
    expect(messagesFor(divider, { type: 'section' })).to.deep.equal([
      '[ERROR] must define either `text` or `fields` [json-pointer:/blocks/1]',
    ]);
    expect(messagesFor({ type: 'input', element: {} })).to.deep.equal([
      '[ERROR] unsupported type: input [json-pointer:/blocks/0/type]',
    ]);
    expect(messagesFor({})).to.deep.equal(['[ERROR] missing required field: type [json-pointer:/blocks/0]']);
  });

  const refused: [what: string, block: unknown, message: RegExp][] = [
    ['a header above 150 characters', { type: 'header', text: plain('x'.repeat(151)) }, /less than 151.*0\/text\/text/],
    ['a header in mrkdwn', { type: 'header', text: mrkdwn('x') }, /unsupported type: mrkdwn/],
    ['a header without text', { type: 'header' }, /missing required field: text/],
    ['an eleventh field', { type: 'section', fields: Array(11).fill(mrkdwn('x')) }, /no more than 10 items.*\/fields/],
    ['a field above 2000', { type: 'section', fields: [mrkdwn('x'.repeat(2_001))] }, /less than 2001.*fields\/0\/text/],
    ['a context without elements', { type: 'context', elements: [] }, /fewer than 1 items/],
    [
      'an eleventh context element',
      { type: 'context', elements: Array(11).fill(mrkdwn('x')) },
      /no more than 10 items/,
    ],
    ['a context element of another kind', { type: 'context', elements: [divider] }, /unsupported type: divider/],
    ['a text that is no string', { type: 'section', text: { type: 'mrkdwn', text: 5 } }, /must provide a string/],
    [
      'emoji on mrkdwn',
      { type: 'section', text: { ...mrkdwn('x'), emoji: true } },
      /invalid additional property: emoji/,
    ],
    ['verbatim on plain text', { type: 'header', text: { ...plain('x'), verbatim: true } }, /property: verbatim/],
    ['a property that nobody knows', { ...divider, colour: 'red' }, /invalid additional property: colour/],
    ['a property of the language', { ...divider, constructor: 1 }, /invalid additional property: constructor/],
    ['a block id above 255', { ...divider, block_id: 'x'.repeat(256) }, /less than 256.*block_id/],
    ['an empty rich text', richText(), /fewer than 1 items/],
    ['an empty run of rich text', richText(richSection({ type: 'text', text: '' })), /more than 0 characters/],
    ['an unknown rich element', richText({ type: 'text', text: 'x' }), /unsupported type: text/],
    [
      'an unknown list style',
      richText({ type: 'rich_text_list', style: 'x', elements: [richSection()] }),
      /must be one of/,
    ],
    ['a link that is no address', richText(richSection({ type: 'link', url: 'javascript:1' })), /must be a valid url/],
    ['half a surrogate pair', section('\uD83D'), /must be valid unicode/],
    [
      'a 26th action',
      { type: 'actions', elements: Array(26).fill({ type: 'button', text: plain('x') }) },
      /than 25 items/,
    ],
    [
      'a wide table',
      { type: 'table', rows: [Array(21).fill({ type: 'raw_text', text: 'x' })] },
      /no more than 20 items/,
    ],
    [
      'a picture without words',
      { type: 'image', image_url: 'https://x.example/a.png' },
      /missing required field: alt_text/,
    ],
    ['a picture from nowhere', { type: 'image', alt_text: 'x' }, /either `image_url` or `slack_file`/],
    ['markdown above 12000', { type: 'markdown', text: 'x'.repeat(12_001) }, /less than 12001/],
  ];
  for (const [what, block, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(errorFor(block)).to.equal('invalid_blocks');
      expect(messagesFor(block).join('\n')).to.match(message);
    });
  }

  it('refuses a 51st block, a second table and a block id that is used twice', () => {
    expect(messagesFor(...Array(50).fill(divider))).to.deep.equal([]);
    expect(messagesFor(...Array(51).fill(divider))).to.deep.equal([
      '[ERROR] no more than 50 items allowed [json-pointer:/blocks]',
    ]);
    const table = { type: 'table', rows: [[{ type: 'raw_text', text: 'a' }]] };
    expect(messagesFor(table, table).join()).to.contain('only one table');
    expect(messagesFor({ ...divider, block_id: 'a' }, { ...divider, block_id: 'a' }).join()).to.contain(
      'must be unique',
    );
  });

  it('refuses blocks that are too long together', () => {
    const text = 'x'.repeat(2_900);
    expect(errorFor(section(text), section(text), section(text), section(text))).to.equal(undefined);
    expect(validateBlocks(Array(5).fill(section(text)))).to.deep.equal({ error: 'msg_blocks_too_long', messages: [] });
    expect(errorFor(...Array(4).fill(section('<'.repeat(900))))).to.equal('msg_blocks_too_long');
    expect(
      errorFor({ type: 'markdown', text: 'x'.repeat(6_100) }, { type: 'markdown', text: 'x'.repeat(6_100) }),
    ).to.equal('msg_blocks_too_long');
  });
});
