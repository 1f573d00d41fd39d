import type { Raw } from '../raw.ts';
import { templateOf } from './describe-kinds.ts';
import { parseTree } from './describe-tree.ts';
import { kindOf } from './kind-names.ts';

const HEADING = /^([a-z][\w.]*)\/(\S+)(?: with revision #(\d+))?\s*$/m;
const LISTED = /^(\d+)\s{2,}(\S.*)$/gm;

/**
 * The revisions of a workload as `kubectl rollout history` prints them (their numbers and causes, or one of them with its pod template), in the form of
 * the API's controller revisions; none where the text is no such page.
 */
export function readRolloutHistory(command: string, text: string, namespace: string | null): Raw[] {
  if (!/\srollout\s+history\b/.test(command)) return [];
  const pages = text.split(/^(?=[a-z][\w.]*\/\S+(?: with revision #\d+)?\s*$)/m);
  return pages.flatMap((page) => {
    const [, resource = '', name = '', number] = HEADING.exec(page) ?? [];
    const kind = kindOf(resource);
    if (!kind) return [];
    const of = { kind, name, namespace };
    if (number) return [revisionOf(of, Number(number), { data: { spec: { template: printedTemplate(page) } } })];
    return [...page.matchAll(LISTED)].map(([, listed, cause = '']) =>
      revisionOf(of, Number(listed), cause.trim() === '<none>' ? {} : { cause: cause.trim() }),
    );
  });
}

/** The labels are continued after a tab, which stands for as many blanks as it takes. */
const printedTemplate = (page: string): Raw =>
  templateOf(parseTree(page.replace(/^\t+/gm, (tabs) => ' '.repeat(8 * tabs.length))));

const revisionOf = (
  { kind, name, namespace }: { kind: string; name: string; namespace: string | null },
  revision: number,
  told: Raw,
): Raw => ({
  ...told,
  kind: 'ControllerRevision',
  revision,
  metadata: { name: `${name}-revision-${revision}`, namespace, ownerReferences: [{ kind, name }] },
});
