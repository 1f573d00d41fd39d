import { serviceRole } from './service-role.ts';

/**
 * Who probably calls whom where nothing tells: entrances call the others, those call the stores, and what has another's name and
 * more (`orders-db`, `worker::Function`) is a part of it. Good enough to say what explains what when both got worse at once.
 */
export function guessedCalls(services: string[]): [string, string][] {
  const roles = new Map(services.map((service) => [service, serviceRole(service)]));
  return services.flatMap((caller) =>
    services
      .filter((callee) => callee !== caller && isBelow(callee, caller, roles))
      .map((callee): [string, string] => [caller, callee]),
  );
}

const RANK = { entrance: 0, middle: 1, store: 2 } as const;

function isBelow(callee: string, caller: string, roles: Map<string, keyof typeof RANK>): boolean {
  const [below, above] = [RANK[roles.get(callee)!], RANK[roles.get(caller)!]];
  return below > above || (below === above && isPartOf(callee, caller));
}

/** True for a name that goes on where the other ends, at the end of a word. */
function isPartOf(name: string, whole: string): boolean {
  const rest = name.toLowerCase().startsWith(whole.toLowerCase()) ? name.slice(whole.length) : '';
  return /^[^A-Za-z0-9]+[A-Za-z]/.test(rest);
}
