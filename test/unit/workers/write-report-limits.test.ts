import { expect } from 'chai';
import fc from 'fast-check';
import { isObject } from '../../../scripts/sandbox/slack/block-checks.ts';
import { validateBlocks } from '../../../scripts/sandbox/slack/block-limits.ts';
import { parseMrkdwn } from '../../../scripts/sandbox/slack/render-parse-mrkdwn.ts';
import { cleanText } from '../../../src/workers/report-blocks/clean-text.ts';
import { VERDICT_WORDS } from '../../../src/workers/report-blocks/words.ts';
import type { ReportView, SlackMessage } from '../../../src/workers/report-view.ts';
import { writeReport } from '../../../src/workers/write-report.ts';
import { hostileView } from './report-blocks/hostile-views.ts';
import { sampleReport, sampleView } from './report-blocks/sample-views.ts';

const PING = /<!(channel|here|everyone|group|subteam)|<@\w|<#\w|(^|[^a-z0-9])@(channel|here|everyone|group)/i;
const LINK = /<(https?|mailto|tel):/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
const HIDDEN = /[\u0000-\u0009\u000B-\u001F\u007F\u200B\u202A-\u202E\u2066-\u2069\uFEFF]/;

function messagesOf(view: ReportView): SlackMessage[] {
  const { reply, overflow } = writeReport(view);
  return [reply, ...overflow];
}

/** Every string under a key `text`, with the type of the object that holds it. */
function textsOf(value: unknown): { type: unknown; text: string }[] {
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (!isObject(value)) return [];
  const own = typeof value.text === 'string' ? [{ type: value.type, text: value.text }] : [];
  return [...own, ...Object.values(value).flatMap(textsOf)];
}

function allTexts(message: SlackMessage): { type: unknown; text: string }[] {
  return [{ type: 'mrkdwn', text: message.text }, ...textsOf(message.blocks)];
}

function holdsForAll(check: (view: ReportView) => void): void {
  fc.assert(fc.property(hostileView, check), { numRuns: 80, interruptAfterTimeLimit: 8_000 });
}

describe('write-report within limits', () => {
  it('writes nothing that Slack refuses, whatever the view holds', () => {
    holdsForAll((view) => {
      const messages = messagesOf(view);
      expect(messages.length).to.be.at.most(5);
      for (const { text, blocks } of messages) {
        expect(validateBlocks(blocks)).to.equal(null);
        expect(text.trim()).to.not.equal('');
        expect(Buffer.byteLength(text)).to.be.at.most(4_000);
      }
    });
  });

  it('pings nobody, forges no link and hides nothing', () => {
    holdsForAll((view) => {
      for (const { type, text } of messagesOf(view).flatMap(allTexts)) {
        expect(text).to.not.match(PING);
        expect(text).to.not.match(LINK);
        expect(text).to.not.match(HIDDEN);
        expect(text.isWellFormed()).to.equal(true);
        if (type !== 'mrkdwn') continue;
        const withoutDates = text.replace(/<!date\^\d+\^[^<>|^]+\|[^<>|]+>/g, '');
        expect(withoutDates).to.not.match(/[<>`]/);
        expect(JSON.stringify(parseMrkdwn(text, { verbatim: true }))).to.not.match(/"kind":"(mention|link|pre|code)"/);
      }
    });
  });

  it('uses no element that could notify or lead away', () => {
    holdsForAll((view) => {
      const types = JSON.stringify(messagesOf(view).map(({ blocks }) => blocks)).matchAll(/"type":"(\w+)"/g);
      const known = ['header', 'section', 'context', 'divider', 'rich_text', 'rich_text_section', 'rich_text_list'];
      const allowed = new Set([...known, 'rich_text_preformatted', 'text', 'plain_text', 'mrkdwn']);
      for (const [, type] of types) expect(allowed.has(type!), type).to.equal(true);
    });
  });

  it('keeps verdict, root cause, actions, gaps and incident id in the first message', () => {
    holdsForAll((view) => {
      const texts = allTexts(writeReport(view).reply).map(({ text }) => text);
      const first = texts.join(' ').replace(/\s+/g, ' ');
      expect(first).to.contain(view.incident.id);
      if (view.phase !== 'done' || !view.report) return;
      const { report } = view;
      expect(first).to.contain(VERDICT_WORDS[report.verdict].headline);
      const beginning = [...cleanText(report.rootCause.statement, 2_000).replace(/\s+/g, ' ')].slice(0, 12).join('');
      expect(first).to.contain(beginning.trim());
      if (report.immediateActions.length > 0) expect(first).to.contain('Immediate actions');
      if (report.couldNotCheck.length > 0) expect(first).to.contain('Could not check');
    });
  });

  it('writes the same messages for the same view', () => {
    holdsForAll((view) => {
      expect(writeReport(view)).to.deep.equal(writeReport(structuredClone(view)));
    });
  });

  it('holds with every part at its largest', () => {
    const wide = '数'.repeat(5_000);
    const entries = <T>(entry: T) => Array.from({ length: 500 }, () => entry);
    const view = sampleView({
      agentTitle: wide,
      routingNote: wide,
      report: sampleReport({
        tier: 'detectors',
        rootCause: { statement: wide, component: wide, confidence: 1, evidence: entries(9_999) },
        immediateActions: entries({ title: wide, command: '数'.repeat(660), risk: wide }),
        couldNotCheck: entries({ what: wide, why: wide }),
        timeline: entries({ at: wide, what: wide, evidence: entries(9_999) }),
      }),
    });
    for (const { blocks } of messagesOf(view)) expect(validateBlocks(blocks)).to.equal(null);
    const first = JSON.stringify(writeReport(view).reply.blocks);
    expect(first).to.contain('Immediate actions').and.contain('rich_text_preformatted').and.contain('Could not check');
  });
});
