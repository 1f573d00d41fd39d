import { byType, type Check, fault, isObject, object, oneOf, string } from './block-checks.ts';
import { plainText, textObject, url } from './block-text-rules.ts';

const confirm = object(
  {
    title: plainText(100),
    text: textObject(300),
    confirm: plainText(30),
    deny: plainText(30),
  },
  { style: oneOf('primary', 'danger') },
);

const button = object(
  { text: plainText(75) },
  {
    action_id: string(1, 255),
    url,
    value: string(1, 2000),
    style: oneOf('primary', 'danger'),
    confirm,
    accessibility_label: string(1, 75),
  },
);

const slackFile: Check = (checked) => {
  const { value } = checked;
  if (!isObject(value) || (typeof value.id !== 'string') === (typeof value.url !== 'string')) {
    fault(checked, 'invalid slack file');
  }
};

/** Fields of a picture, as a block or inside another block: an address or a Slack file, and words for who can't see it. */
export const image: Check = (checked) => {
  const { value } = checked;
  object(
    { alt_text: string(1, 2000) },
    { image_url: url, slack_file: slackFile, title: plainText(2000), block_id: string(1, 255) },
  )(checked);
  if (isObject(value) && (value.image_url === undefined) === (value.slack_file === undefined)) {
    fault(checked, 'must define either `image_url` or `slack_file`');
  }
};

/** Interactive elements that we do not send ourselves are let through by their type alone. */
const known: Check = () => {};

const interactive: Record<string, Check> = {
  button,
  checkboxes: known,
  datepicker: known,
  datetimepicker: known,
  timepicker: known,
  overflow: known,
  radio_buttons: known,
  static_select: known,
  external_select: known,
  users_select: known,
  conversations_select: known,
  channels_select: known,
  multi_static_select: known,
  multi_external_select: known,
  multi_users_select: known,
  multi_conversations_select: known,
  multi_channels_select: known,
  workflow_button: known,
};

export const actionElement = byType(interactive);
export const accessory = byType({ ...interactive, image });
export const contextElement: Check = (checked) => {
  const type = isObject(checked.value) ? checked.value.type : undefined;
  (type === 'image' ? image : textObject(3000))(checked);
};
