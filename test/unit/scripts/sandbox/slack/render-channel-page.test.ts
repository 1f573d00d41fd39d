import { createHash } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { type ChannelMessage, renderChannelPage } from '../../../../../scripts/sandbox/slack/render-channel-page.ts';
import { writeReport } from '../../../../../src/workers/write-report.ts';
import { hostileText } from '../../../workers/report-blocks/hostile-views.ts';
import { sampleView } from '../../../workers/report-blocks/sample-views.ts';

const NOW = Date.parse('2026-11-20T03:14:00Z');

function message(fields: Partial<ChannelMessage> = {}): ChannelMessage {
  return {
    ts: '1795144324.000100',
    user: 'Alertmanager',
    isBot: true,
    text: 'hello',
    edited: false,
    replies: [],
    ...fields,
  };
}

function page(...messages: ChannelMessage[]): string {
  return renderChannelPage({ channel: { id: 'C0ALERTS', name: 'alerts' }, messages }, NOW);
}

function main(...messages: ChannelMessage[]): string {
  return /<main>([\s\S]*)<\/main>/.exec(page(...messages))![1]!;
}

const mrkdwn = (text: string, fields = {}) => ({ type: 'section', text: { type: 'mrkdwn', text, ...fields } });

describe('render-channel-page', () => {
  it('shows messages, their threads, who wrote them and whether they were edited', () => {
    const reply = message({ user: 'rca-fleet', text: 'the answer', edited: true });
    const shown = main(message({ replies: [reply] }), message({ user: 'Dana', isBot: false, text: 'thanks' }));
    expect(shown).to.contain('Alertmanager').and.contain('1 reply').and.contain('the answer').and.contain('(edited)');
    expect(shown.indexOf('the answer')).to.be.lessThan(shown.indexOf('thanks'));
    expect(shown.match(/class="app"/g)).to.have.length(2);
  });

  it('says so when the channel is empty', () => {
    expect(main()).to.contain('No messages yet.');
  });

  it('renders every part of a real RCA', () => {
    const { reply } = writeReport(sampleView());
    const shown = main(message({ text: reply.text, blocks: reply.blocks }));
    expect(shown).to.match(/<h3>.*🎯 Database: root cause identified/);
    expect(shown).to.contain('<b>Service</b>').and.contain('<b>Immediate actions</b>').and.contain('<hr>');
    expect(shown).to.contain('<pre>kubectl rollout undo deployment/user-service -n production</pre>');
    expect(shown).to.contain('state &lt;&gt; &#39;idle&#39;');
    expect(shown).to.contain('<time title="2026-11-20 03:12:04 UTC">');
    expect(shown).to.not.contain(' block]');
  });

  it('renders mrkdwn as Slack does', () => {
    const text =
      '*b* _i_ ~s~ `a*b*` <https://x.example/a?b=1&amp;c=2|label> <@U1|dana> <#C1|ops> <!here> :fire: a&lt;b\n&gt; q\n```k &amp; l```\n• one\n• two';
    const shown = main(message({ blocks: [mrkdwn(text)] }));
    expect(shown).to.contain('<b>b</b> <i>i</i> <s>s</s> <code>a*b*</code>');
    expect(shown).to.contain('<a href="https://x.example/a?b=1&amp;c=2" rel="noreferrer noopener">label</a>');
    for (const mention of ['@dana', '#ops', '@here'])
      expect(shown).to.contain(`<span class="mention">${mention}</span>`);
    expect(shown).to.contain('🔥 a&lt;b').and.contain('<blockquote>q</blockquote>').and.contain('<pre>k &amp; l</pre>');
    expect(shown).to.contain('<ul class="indent0"><li>one</li><li>two</li></ul>');
  });

  it('leaves marks alone that Slack leaves alone', () => {
    const shown = main(message({ text: 'user_service_name 2*3*4 * not bold * snake_case a~b~c' }));
    expect(shown).to.contain('user_service_name 2*3*4 * not bold * snake_case a~b~c');
  });

  it('makes links of bare addresses unless the text is verbatim', () => {
    const text = 'see https://x.example/a.';
    expect(main(message({ blocks: [mrkdwn(text)] }))).to.contain('<a href="https://x.example/a"');
    expect(main(message({ blocks: [mrkdwn(text, { verbatim: true })] }))).to.not.contain('<a ');
  });

  it('renders rich text with lists, quotes, links and mentions', () => {
    const section = (...elements: unknown[]) => ({ type: 'rich_text_section', elements });
    const elements = [
      section({ type: 'text', text: '*as is* <!channel>' }, { type: 'emoji', name: 'fire' }),
      { type: 'rich_text_list', style: 'ordered', offset: 2, elements: [section({ type: 'text', text: 'third' })] },
      { type: 'rich_text_quote', elements: [{ type: 'link', url: 'https://x.example', text: 'x' }] },
      section({ type: 'broadcast', range: 'here' }, { type: 'text', text: 'c', style: { code: true } }),
    ];
    const shown = main(message({ blocks: [{ type: 'rich_text', elements }] }));
    expect(shown).to.contain('*as is* &lt;!channel&gt;🔥').and.contain('<ol class="indent0" start="3"><li>third</li>');
    expect(shown).to.contain('<blockquote><a href="https://x.example"').and.contain('@here</span><code>c</code>');
  });

  it('renders attachments with their colour, title and fields', () => {
    const attachment = { color: 'danger', title: 'T', title_link: 'https://x.example', text: '*bold*', footer: 'foot' };
    const fields = [{ title: 'Host', value: 'db-1', short: true }];
    const shown = main(message({ text: '', attachments: [{ ...attachment, fields }] }));
    expect(shown)
      .to.contain('border-color:#e01e5a')
      .and.contain('<a href="https://x.example"')
      .and.contain('<b>bold</b>');
    expect(shown).to.contain('<div class="short"><b>Host</b>').and.contain('db-1').and.contain('foot');
  });

  it('shows the fallback of an attachment that has nothing else', () => {
    expect(main(message({ text: '', attachments: [{ fallback: 'only this' }] }))).to.contain('only this');
  });

  it('lets no message bring in markup, addresses of scripts or styles', () => {
    const evil = '"><script>alert(1)</script><img src=x onerror=alert(1)>';
    const link = '<javascript:alert(1)|click> <https://x.example/"onmouseover="alert(1)|y>';
    const blocks = [mrkdwn(evil), mrkdwn(link), { type: evil }, { type: 'image', alt_text: evil, image_url: evil }];
    const attachments = [
      { color: 'red;background:url(x)', title: evil, title_link: 'javascript:alert(1)', text: link },
    ];
    const shown = main(
      message({ user: evil, text: evil, ts: evil, blocks, attachments }),
      message({ text: evil + link }),
    );
    expect(shown).to.not.match(/<(script|img)|href="javascript|"onmouseover|red;background/);
  });

  it('holds only our own tags, whatever the texts are', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const shown = main(message({ user: text, text, attachments: [{ title: text, text, color: text }] }));
        const ours =
          /<\/?(article|div|span|b|i|s|a|code|pre|ul|li|blockquote|time)( (class|data-ts|style|href|rel|title)="[^"<>]*")*>/g;
        expect(shown.replace(ours, '')).to.not.match(/[<>]/);
      }),
      { numRuns: 60 },
    );
  });

  it('loads nothing from elsewhere and runs only its own script', () => {
    const whole = page(message());
    expect(whole).to.not.match(/(src|href)="(https?:)?\/\//);
    const script = /<script>([\s\S]*?)<\/script>/.exec(whole)![1]!;
    const digest = createHash('sha256').update(script).digest('base64');
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(whole)![1]!;
    expect(policy.replaceAll('&#39;', "'"))
      .to.contain(`script-src 'sha256-${digest}'`)
      .and.contain("default-src 'none'");
  });
});
