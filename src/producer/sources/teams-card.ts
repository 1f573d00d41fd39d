import type { ParsedBody } from '../../shared/alert.ts';
import { makeAlert } from './make-alert.ts';
import { firstText, isRecord, type JsonRecord, recordOf, recordsOf, textOf } from './read-json.ts';
import { readStatusText, withoutStatus } from './read-status.ts';
import { pairsOf } from './read-tags.ts';
import { statusOfColor } from './slack-alert-rule.ts';
import type { ParseContext, Shape } from './source.ts';

/** Cards for Microsoft Teams: the Adaptive Card message of workflows and the older MessageCard of connectors. */
export const teamsCardShape: Shape = {
  recognises: (body) => isRecord(body) && (isMessageCard(body) || adaptiveCards(body).length > 0),
  read: readCard,
};

type Card = { texts: string[]; facts: Record<string, string>; colors: string[]; url: string | null };

function isMessageCard(body: JsonRecord): boolean {
  return body['@type'] === 'MessageCard';
}

function adaptiveCards(body: JsonRecord): JsonRecord[] {
  const attached = recordsOf(body.attachments).map((attachment) => recordOf(attachment.content));
  return [body, ...attached].filter((card) => card.type === 'AdaptiveCard');
}

function readCard(body: unknown, context: ParseContext, source: string): ParsedBody {
  const message = recordOf(body);
  const card = isMessageCard(message) ? messageCard(message) : adaptiveCard(adaptiveCards(message));
  const { facts, texts } = card;
  const title = firstText(facts.alertname, texts[0], facts.summary, facts.description) ?? 'Card without a text';
  const status = readStatusText(texts.slice(0, 3).join('\n')) ?? statusOfColor(card.colors) ?? 'firing';
  const alert = makeAlert(
    {
      source,
      status,
      name: facts.alertname ?? withoutStatus(title),
      title: withoutStatus(title),
      description: [...texts.slice(1), facts.description, facts.summary].filter(Boolean).join('\n'),
      severityTexts: [facts.severity, facts.Severity, facts.priority, facts['threshold.name']],
      labels: facts,
      annotations: {},
      url: card.url,
      identity: [withoutStatus(title), facts],
      delivery: null,
    },
    context,
  );
  return { alerts: [alert], ignored: [] };
}

/** Adaptive Cards name colours by meaning. */
const MEANING = new Map([
  ['attention', 'danger'],
  ['warning', 'warning'],
  ['good', 'good'],
]);

function adaptiveCard(cards: JsonRecord[]): Card {
  const elements = cards.flatMap((card) => elementsOf(card.body, 0)).slice(0, 500);
  const color = (element: JsonRecord): string => MEANING.get(textOf(element.color)?.toLowerCase() ?? '') ?? '';
  return {
    texts: elements
      .filter((one) => one.type === 'TextBlock')
      .map((one) => textOf(one.text))
      .filter((text) => text !== null),
    facts: Object.assign({}, ...elements.map((element) => pairsOf(recordsOf(element.facts)))),
    colors: elements.map(color).filter((name) => name !== ''),
    url:
      cards
        .flatMap((card) => recordsOf(card.actions))
        .map((action) => textOf(action.url))
        .find((url) => url !== null) ?? null,
  };
}

/** The elements of a card body, with those inside containers and columns. */
function elementsOf(body: unknown, depth: number): JsonRecord[] {
  if (depth > 10) return [];
  return recordsOf(body).flatMap((element) => [
    element,
    ...elementsOf(element.items, depth + 1),
    ...elementsOf(element.columns, depth + 1),
  ]);
}

function messageCard(body: JsonRecord): Card {
  const sections = recordsOf(body.sections);
  const texts = [
    body.title,
    body.text,
    body.summary,
    ...sections.flatMap((one) => [one.activityTitle, one.title, one.text]),
  ];
  const facts: Record<string, string> = Object.assign(
    {},
    ...sections.map((section) => pairsOf(recordsOf(section.facts))),
  );
  const color = textOf(body.themeColor)?.toLowerCase().replace(/^#/, '');
  return {
    texts: [...new Set(texts.map(textOf).filter((text) => text !== null))],
    facts,
    colors: color ? [color] : [],
    url: null,
  };
}
