const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** HTML that was built by `html`, so that it is not escaped again. */
export class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in a template: texts and numbers are escaped, null is nothing. */
export type HtmlValue = string | number | Html | null | HtmlValue[];

/**
 * A template of HTML: every value is escaped, except HTML built by this function; lists are joined, null is nothing. Safe in
 * texts and in attributes within quotes; an address must be checked besides (`javascript:`).
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(insert)));
}

function insert(value: HtmlValue): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(insert).join('');
  if (value instanceof Html) return value.source;
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
