import { isStore } from '../kubernetes-state/logs/store-of.ts';
import type { IncidentPicture } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';

/** Files by which the form of what a store holds is changed: migrations, mappings of search engines. */
export const OF_STORES =
  /(?:^|\/)(?:[\w-]*(?:migrations?|schemas?|mappings?|index-?templates?)|migrate|changelogs?|db\/migrate|flyway|liquibase|alembic|(?:search|elastic\w*|opensearch)\/[\w-]+)\/|(?:^|\/)V\d[\w.]*__[^/]*$|\.sql$|schema\.prisma$/i;
/** Files by which what programs run on is changed. */
export const OF_PLATFORMS =
  /(?:^|\/)[\w-]*(?:polic(?:y|ies)|network\w*|firewalls?|security-?groups?|terraform|pulumi|crossplane|ansible|istio|mesh|clusters?|platform|infra\w*)[\w-]*\/|\.(?:tf|tfvars|hcl|bicep)$|networkpolic(?:y|ies)|egress|ingress/i;

/**
 * On whom a change acts that is applied by a job and not by those who feel it: a migration changes a store, a policy those whom it is
 * about. Null where it acts on what runs it, or where nobody is in trouble. The model of what a store holds may be changed beside the migration.
 */
export function actsElsewhere({ change }: LiveChange, { failing, shifts }: IncidentPicture): { why: string } | null {
  if (change.files.length === 0) return null;
  const inTrouble = [...new Set([...failing, ...shifts].map(({ service }) => service))];
  if (change.files.some((file) => OF_STORES.test(file))) {
    const store = inTrouble.find((service) => isStore(service));
    return { why: `it changes what ${store ?? 'a store'} holds` };
  }
  const first = failing[0]?.service;
  if (first && change.files.every((file) => OF_PLATFORMS.test(file)))
    return { why: `it changes what the platform does with ${first}` };
  return null;
}
