import { kindOf } from '../kubernetes-state/read/kind-names.ts';
import { verbs } from './command-check.ts';
import type { NameKind } from './known-names.ts';

/** Tools that look for a text: their words are no names of objects. */
const TEXT_TOOLS = /^\s*(?:e|z)?grep\b|^\s*(?:awk|jq|sort|cut|tr|echo|printf|head|tail|cat|wc|uniq|column|date)\b/;
const KUBERNETES_TOOL = /^(?:kubectl|oc|helm|istioctl|stern)$/;
const HOST_TOOL = /^(?:dig|nslookup|host|ping|ping6|nc|traceroute|tracepath|mtr|getent)$/;
const DATABASE_TOOL = /^(?:psql|mysql|mongosh|redis-cli|pg_isready)$/;

const KIND: Record<string, NameKind> = {
  Namespace: 'namespace',
  Pod: 'pod',
  Deployment: 'deployment',
  StatefulSet: 'statefulset',
  DaemonSet: 'daemonset',
  Service: 'service',
  Node: 'node',
};

/** What of a command stands before an index, within its own simple command. */
export function textBefore(command: string, index: number): string {
  return command.slice(0, index).split(/[|;&]/).at(-1) ?? '';
}

/** True where a word is part of a longer quoted text or an argument of a tool that looks for texts. */
export function isCut(command: string, index: number): boolean {
  const before = textBefore(command, index);
  if (TEXT_TOOLS.test(before)) return true;
  const quote = openQuote(command.slice(0, index));
  if (quote === null) return false;
  const end = command.indexOf(quote.sign, index);
  return /\s/.test(command.slice(quote.at + 1, end === -1 ? command.length : end));
}

function openQuote(text: string): { sign: string; at: number } | null {
  let open: { sign: string; at: number } | null = null;
  for (const { 0: sign, index } of text.matchAll(/["']/g)) {
    if (open === null) open = { sign, at: index };
    else if (open.sign === sign) open = null;
  }
  return open;
}

/** The kind of name that a place in a command wants: by the option before it, else by the tool and its words; null where any. */
export function kindAtPlace(command: string, index: number): NameKind | null {
  const words = textBefore(command, index).trimStart().split(/\s+/);
  const begun = (words.pop() ?? '').replace(/^["']/, '');
  const [tool = '', ...rest] = words;
  const option = /^(-{1,2}[\w-]+)=["']?$/.exec(begun)?.[1] ?? (begun === '' ? (rest.at(-1) ?? '') : '');
  if (KUBERNETES_TOOL.test(tool)) return ofKubernetes(rest, begun, option);
  if (HOST_TOOL.test(tool) && /^[@"']?$/.test(begun)) return 'host';
  if (tool === 'curl' && /^[a-z]+:\/\/$/.test(begun)) return 'host';
  if (tool === 'openssl' && /^-(?:connect|servername)$/.test(option)) return 'host';
  return DATABASE_TOOL.test(tool) && /^(?:-h|--host)$/.test(option) ? 'host' : null;
}

function ofKubernetes(words: string[], begun: string, option: string): NameKind | null {
  if (/^(?:-n|--namespace)$/.test(option)) return 'namespace';
  if (/^(?:-c|--container)$/.test(option)) return 'container';
  const typed = /^([a-z.]+)\/$/i.exec(begun)?.[1];
  if (typed) return KIND[kindOf(typed) ?? ''] ?? null;
  if (begun !== '' || /^(?:-l|--selector|-o|--output|--tail|--since|--context)$/.test(option)) return null;
  const plain = verbs(words);
  const [verb = ''] = plain;
  if (/^(?:logs|exec|debug|port-forward)$/.test(verb) && plain.length === 1) return 'pod';
  if (/^(?:drain|cordon|uncordon)$/.test(verb)) return 'node';
  return plain.length > 1 ? (KIND[kindOf(plain.at(-1) ?? '') ?? ''] ?? null) : null;
}
