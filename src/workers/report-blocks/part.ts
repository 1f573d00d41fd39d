import { weigh } from './cut-text.ts';
import { type Block, divider, type RichElement, type RichSection, richText, run, section } from './slack-blocks.ts';

/** An entry of a part, shown whole or not at all, with what it weighs; adjacent lists run together into one. */
export type Item = { elements: RichElement[]; weight: number };

/** A titled list of entries that may be spread over messages. */
export type Part = {
  title: string;
  /** Parts of one group stand together; a divider separates groups. */
  group: number;
  /** Who is served first when the room is short, 1 before 2. */
  rank: number;
  /** So many entries are in the first message whatever comes; their weight is bounded where they are made. */
  reserved: number;
  /** So many entries come before any other part gets more than that. */
  fair: number;
  items: Item[];
  /** How many entries there are, also those beyond `items` that no number of messages could show. */
  total: number;
};

/** The entries `from` to `to` (exclusive) of a part: what one message shows of it. */
export type Slice = { part: Part; from: number; to: number };

/** Slack documents no bound for a single rich text: kept below that of a section. */
const RICH_TEXT_WEIGHT = 2_900;

/** An entry of these elements. */
export function itemOf(...elements: RichElement[]): Item {
  return { elements, weight: weigh(elements) };
}

/** An entry of a bulleted list. */
export function bulletOf(entry: RichSection): Item {
  return itemOf({ type: 'rich_text_list', style: 'bullet', elements: [entry] });
}

/** Slices one after the other, a divider between groups. */
export function renderSlices(slices: Slice[]): Block[] {
  return slices.flatMap((slice, index) => {
    const previous = slices[index - 1];
    const isNewGroup = previous !== undefined && previous.part.group !== slice.part.group;
    return [...(isNewGroup ? [divider()] : []), ...renderSlice(slice)];
  });
}

/** A rich text of elements that each start on a line of their own. */
export function joinedRichText(elements: RichElement[]): Block {
  return richText(join(elements));
}

/** The title, then the entries, in as few rich texts as their bound allows. */
function renderSlice({ part, from, to }: Slice): Block[] {
  const title = from > 0 ? `${part.title}, continued` : part.title;
  const texts: RichElement[][] = [[section(run(title, { bold: true }))]];
  let weight = weigh(texts);
  for (const item of part.items.slice(from, to)) {
    const fits = weight + item.weight <= RICH_TEXT_WEIGHT;
    weight = (fits ? weight : 0) + item.weight;
    if (fits) texts.at(-1)!.push(...item.elements);
    else texts.push([...item.elements]);
  }
  return texts.map((elements) => joinedRichText(elements));
}

/**
 * Adjacent lists become one list, and adjacent sections one section with line breaks: clients differ in whether a section
 * starts a new line.
 */
function join(elements: RichElement[]): RichElement[] {
  const joined: RichElement[] = [];
  for (const element of elements) {
    const last = joined.at(-1);
    if (last?.type === 'rich_text_list' && element.type === 'rich_text_list') {
      joined.splice(-1, 1, { ...last, elements: [...last.elements, ...element.elements] });
    } else if (last?.type === 'rich_text_section' && element.type === 'rich_text_section') {
      joined.splice(-1, 1, section(...last.elements, run('\n'), ...element.elements));
    } else joined.push(element);
  }
  return joined;
}
