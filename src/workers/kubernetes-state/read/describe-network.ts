import type { Raw } from '../raw.ts';
import { fieldOf, linesOf, nodeOf, pairsOf, type TreeNode } from './describe-tree.ts';

/** The body of a Service's describe page; its endpoints stand in `status.endpoints`. */
export function describedService(nodes: TreeNode[]): Raw {
  const targets = nodes.filter(({ key }) => key === 'TargetPort').map(({ value }) => value);
  const ports = nodes
    .filter(({ key }) => key === 'Port')
    .flatMap(({ value }, index) => {
      const match = /^(?:(\S+)\s+)?(\d{1,5})\/(\w+)$/.exec(value);
      if (!match) return [];
      const name = match[1] === '<unset>' ? null : (match[1] ?? null);
      return [{ name, port: Number(match[2]), protocol: match[3], targetPort: targets[index]?.split('/')[0] ?? null }];
    });
  const endpoints = nodes.filter(({ key }) => key === 'Endpoints');
  const balancer = fieldOf(nodes, 'LoadBalancer Ingress');
  return {
    spec: {
      type: fieldOf(nodes, 'Type'),
      selector: pairsOf(nodeOf(nodes, 'Selector')),
      clusterIP: fieldOf(nodes, 'IP') ?? (/None/.test(nodeOf(nodes, 'IP')?.value ?? '') ? 'None' : null),
      externalName: fieldOf(nodes, 'External Name'),
      ports,
    },
    status: {
      endpoints: endpoints.length > 0 ? endpoints.flatMap(({ value }) => addresses(value)) : null,
      ...(balancer && { loadBalancer: { ingress: [{ ip: balancer.split(' ')[0] }] } }),
    },
  };
}

const addresses = (text: string): string[] =>
  text.split(/,\s*/).filter((part) => /^[\d.]+|^[0-9a-f:[\]]+:\d/i.test(part) && part !== '<none>');

/** `Rules:` of an Ingress: hosts with paths and `service:port (endpoints)`. */
export function describedIngress(nodes: TreeNode[]): Raw {
  const lines = linesOf(nodeOf(nodes, 'Rules'));
  const backends = lines.flatMap((line) => {
    const match = /(\S*)\s+([a-z0-9][\w.-]*):([\w-]+)\s*(?:\((.*)\))?$/i.exec(line);
    return match ? [{ path: match[1] || '/', service: match[2], port: match[3], note: match[4] ?? null }] : [];
  });
  const rules = [
    {
      http: {
        paths: backends.map(({ path, service, port }) => ({
          path,
          backend: {
            service: { name: service, port: /^\d+$/.test(port ?? '') ? { number: Number(port) } : { name: port } },
          },
        })),
      },
    },
  ];
  const tls = linesOf(nodeOf(nodes, 'TLS')).flatMap((line) => /^(\S+) terminates/.exec(line)?.[1] ?? []);
  return {
    spec: { ingressClassName: fieldOf(nodes, 'Ingress Class'), rules, tls: tls.map((secretName) => ({ secretName })) },
    status: { notes: backends.flatMap(({ note }) => note ?? []) },
  };
}

/** The selector and the kinds of traffic of a NetworkPolicy; its rules as far as describe prints them in full. */
export function describedPolicy(nodes: TreeNode[]): Raw {
  const spec = nodeOf(nodes, 'Spec')?.children ?? nodes;
  const selector = nodeOf(spec, 'PodSelector');
  const types = (fieldOf(spec, 'Policy Types') ?? '').split(/,\s*/).filter(Boolean);
  return {
    spec: {
      podSelector: { matchLabels: pairsOf(selector) },
      policyTypes: types,
      ...(types.includes('Ingress') && { ingress: rulesOf(nodeOf(spec, 'Allowing ingress traffic'), 'from') }),
      ...(types.includes('Egress') && { egress: rulesOf(nodeOf(spec, 'Allowing egress traffic'), 'to') }),
    },
  };
}

function rulesOf(node: TreeNode | undefined, side: 'from' | 'to'): Raw[] {
  const lines = linesOf(node);
  if (lines.length === 0 || lines.some((line) => /Selected pods are isolated/i.test(line))) return [];
  // A dashed line stands between two rules, each with ports and peers of its own.
  const rules: string[][] = [[]];
  for (const line of lines) /^-{3,}$/.test(line) ? rules.push([]) : rules.at(-1)?.push(line);
  return rules.filter((rule) => rule.length > 0).map((rule) => ruleOf(rule, side));
}

function ruleOf(lines: string[], side: 'from' | 'to'): Raw {
  const ports =
    lines.flatMap((line) => /^To Port:\s*([\w-]+)\/(\w+)/i.exec(line) ?? []).length > 0 ? portRules(lines) : [];
  const peers = lines.flatMap((line) => {
    const match = /^(PodSelector|NamespaceSelector):\s*(.*)$/.exec(line);
    if (!match) return [];
    const labels = pairsOf({ key: null, value: match[2] ?? '', line, children: [] });
    return [
      match[1] === 'PodSelector'
        ? { podSelector: { matchLabels: labels } }
        : { namespaceSelector: { matchLabels: labels } },
    ];
  });
  const blocks = lines.flatMap((line) => /^CIDR:\s*(\S+)/.exec(line)?.[1] ?? []).map((cidr) => ({ ipBlock: { cidr } }));
  const all = [...peers, ...blocks];
  return { ...(all.length > 0 && { [side]: all }), ...(ports.length > 0 && { ports }) };
}

function portRules(lines: string[]): Raw[] {
  return lines.flatMap((line) => {
    const match = /^To Port:\s*([\w-]+)\/(\w+)/i.exec(line);
    return match && !/^<any>/.test(match[1] ?? '') ? [{ port: match[1], protocol: match[2] }] : [];
  });
}

/** The `Resource Used Hard` table of a ResourceQuota. */
export function describedQuota(nodes: TreeNode[]): Raw {
  const rows = nodes
    .flatMap(({ line, children }) => [line, ...children.map((child) => child.line)])
    .flatMap((line) => {
      const match = /^([\w./-]+)\s+([\d.][\w.]*)\s+([\d.][\w.]*)$/.exec(line.trim());
      return match ? [[match[1] ?? '', match[2] ?? '', match[3] ?? ''] as const] : [];
    });
  return {
    spec: { hard: Object.fromEntries(rows.map(([name, , hard]) => [name, hard])) },
    status: {
      used: Object.fromEntries(rows.map(([name, used]) => [name, used])),
      hard: Object.fromEntries(rows.map(([name, , hard]) => [name, hard])),
    },
  };
}

/** The `PolicyRule` table of a Role. */
export function describedRules(nodes: TreeNode[]): Raw {
  const rules = linesOf(nodeOf(nodes, 'PolicyRule')).flatMap((line) => {
    const match = /^(\S+)\s+\[[^\]]*\]\s+\[[^\]]*\]\s+\[([^\]]*)\]$/.exec(line);
    if (!match) return [];
    const [resource = '', ...group] = (match[1] ?? '').split('.');
    return [
      { resources: [resource], apiGroups: [group.join('.')], verbs: (match[2] ?? '').split(/\s+/).filter(Boolean) },
    ];
  });
  return { rules };
}
