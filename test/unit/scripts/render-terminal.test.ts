import { expect } from 'chai';
import { renderBlocksForTerminal } from '../../../scripts/render-terminal.ts';

const text = (value: string, style?: object) => ({ type: 'text', text: value, style });
const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
const richText = (...elements: unknown[]) => ({ type: 'rich_text', elements });
const options = { now: Date.parse('2026-11-20T03:14:00Z'), width: 30 };

describe('render-terminal', () => {
  it('sets headers, fields, lists and code as lines', () => {
    const blocks = [
      { type: 'header', text: { type: 'plain_text', text: 'Root cause' } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Service*\nuser-service' }] },
      richText(
        section(text('Do this:')),
        { type: 'rich_text_preformatted', elements: [text('kubectl get pods\nkubectl get nodes')] },
        { type: 'rich_text_list', style: 'bullet', elements: [section(text('one')), section(text('two'))] },
      ),
    ];
    expect(renderBlocksForTerminal(blocks, options)).to.equal(
      'Root cause\n\nService user-service\n\nDo this:\n    kubectl get pods\n    kubectl get nodes\n• one\n• two',
    );
  });

  it('breaks lines between words and keeps commands whole', () => {
    const command = 'kubectl rollout undo deployment/user-service -n production';
    const list = {
      type: 'rich_text_list',
      style: 'bullet',
      elements: [section(text('a sentence of more words than fit'))],
    };
    const code = { type: 'rich_text_preformatted', elements: [text(command)] };
    expect(renderBlocksForTerminal([richText(list, code)], options)).to.equal(
      `• a sentence of more words\n  than fit\n    ${command}`,
    );
  });

  it('uses bold only when it is told to', () => {
    const blocks = [richText(section(text('two words', { bold: true }), text(' plain')))];
    expect(renderBlocksForTerminal(blocks, options)).to.equal('two words plain');
    expect(renderBlocksForTerminal(blocks, { ...options, ansi: true })).to.equal(
      '\u001b[1mtwo\u001b[0m \u001b[1mwords\u001b[0m plain',
    );
  });

  it('lets no message steer the terminal', () => {
    const evil = '\u001b[2Jgone\u0007\u009b31m';
    const blocks = [
      richText(section(text(evil))),
      { type: evil },
      { type: 'section', text: { type: 'mrkdwn', text: evil } },
    ];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(renderBlocksForTerminal(blocks, options)).to.not.match(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('shows dates relative to now', () => {
    const markup = '<!date^1795144324^{ago}|then>';
    const blocks = [{ type: 'context', elements: [{ type: 'mrkdwn', text: markup }] }];
    expect(renderBlocksForTerminal(blocks, options)).to.equal('2 minutes ago');
  });
});
