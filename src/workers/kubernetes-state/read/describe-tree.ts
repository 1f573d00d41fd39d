/** A line of an indented text with what stands below it. */
export type TreeNode = { key: string | null; value: string; line: string; children: TreeNode[] };

const MAX_LINES = 20_000;

/** An indented text (`kubectl describe`) as a tree: a line belongs to the nearest line above that is indented less. */
export function parseTree(text: string): TreeNode[] {
  const roots: TreeNode[] = [];
  const open: { indent: number; node: TreeNode }[] = [];
  for (const line of text.split('\n', MAX_LINES)) {
    if (line.trim() === '') continue;
    const indent = line.length - line.trimStart().length;
    const node = toNode(line.trim());
    while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
    (open.at(-1)?.node.children ?? roots).push(node);
    open.push({ indent, node });
  }
  return roots;
}

function toNode(line: string): TreeNode {
  const match = /^([^:\s][^:]{0,200}?):(?:\s+(.*))?$/.exec(line);
  return match
    ? { key: match[1]?.trim() ?? null, value: match[2]?.trim() ?? '', line, children: [] }
    : { key: null, value: line, line, children: [] };
}

/** The first node of that name, letter case aside. */
export function nodeOf(nodes: TreeNode[] | undefined, key: string): TreeNode | undefined {
  const wanted = key.toLowerCase();
  return nodes?.find((node) => node.key?.toLowerCase() === wanted);
}

/** The value of the first node of that name; null where it is missing, empty or `<none>`. */
export function fieldOf(nodes: TreeNode[] | undefined, key: string): string | null {
  const value = nodeOf(nodes, key)?.value.trim();
  return !value || /^<(?:none|unset|nil|unknown|invalid)>$/i.test(value) ? null : value;
}

/** All lines of a node: its own value and every line below it, as written. */
export function linesOf(node: TreeNode | undefined): string[] {
  if (!node) return [];
  const below = node.children.flatMap((child) => [child.line, ...child.children.flatMap(allLines)]);
  return [node.value, ...below].map((line) => line.trim()).filter((line) => line !== '' && line !== '<none>');
}

function allLines(node: TreeNode): string[] {
  return [node.line, ...node.children.flatMap(allLines)];
}

/** `a=b` lines of a node as an object; `key: value` lines (annotations) count too. */
export function pairsOf(node: TreeNode | undefined): Record<string, string> {
  const pairs = linesOf(node)
    .flatMap((line) => line.split(/,(?=[\w./-]+=)/))
    .flatMap((line) => {
      const match = /^([\w./-]{1,253})(?:=|:\s)\s*(.*)$/.exec(line.trim());
      return match ? [[match[1] ?? '', match[2] ?? ''] as const] : [];
    });
  return Object.fromEntries(pairs);
}
