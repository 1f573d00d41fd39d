const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** HTML that was built by `html`, so that it is not escaped again. */
export class Html {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

type Value = string | number | Html | null | Value[];

/** A template of HTML: every value is escaped, except HTML built by this function; lists are joined, null is nothing. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(insert)));
}

function insert(value: Value): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(insert).join('');
  if (value instanceof Html) return value.source;
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
