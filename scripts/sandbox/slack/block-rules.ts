import { boolean, byType, type Check, fault, isObject, listOf, object, oneOf, string } from './block-checks.ts';
import { accessory, actionElement, contextElement, image } from './block-element-rules.ts';
import { richText } from './block-rich-text-rules.ts';
import { plainText, textObject } from './block-text-rules.ts';

const blockId = { block_id: string(1, 255) };

const section: Check = (checked) => {
  const { value } = checked;
  object(
    {},
    {
      ...blockId,
      text: textObject(3000),
      fields: listOf(textObject(2000), 1, 10),
      accessory,
      expand: boolean,
    },
  )(checked);
  if (isObject(value) && value.text === undefined && value.fields === undefined) {
    fault(checked, 'must define either `text` or `fields`');
  }
};

const cell = byType({
  raw_text: object({ text: string(1, 3000) }),
  raw_number: object({ value: () => {}, text: string(1, 3000) }),
  rich_text: richText,
});

const columnSetting = object({}, { align: oneOf('left', 'center', 'right'), is_wrapped: boolean });

const table = object(
  { rows: listOf(listOf(cell, 1, 20), 1, 100) },
  { ...blockId, column_settings: listOf(columnSetting, 0, 20) },
);

/**
 * The block types that a message may hold, each with its rule (docs.slack.dev/reference/block-kit/blocks); `input` is
 * for modals and is refused like an unknown type.
 */
export const messageBlock = byType({
  header: object({ text: plainText(150) }, blockId),
  section,
  context: object({ elements: listOf(contextElement, 1, 10) }, blockId),
  divider: object({}, blockId),
  actions: object({ elements: listOf(actionElement, 1, 25) }, blockId),
  rich_text: richText,
  markdown: object({ text: string(1, 12_000) }, blockId),
  table,
  image,
});
