/** What the image can run, by the word behind `docker run rca-fleet`: a file of the repository, started as it is. */
export const ROLES: Readonly<Record<string, string>> = {
  producer: 'src/producer/main.ts',
  worker: 'src/workers/main.ts',
  all: 'src/main.ts',
  migrate: 'scripts/migrate.ts',
  doctor: 'scripts/doctor.ts',
  'dead-letters': 'scripts/dead-letters.ts',
  'send-alert': 'scripts/send-alert.ts',
  'mcp-server': 'scripts/mcp-server.ts',
};

/** The file of a role, or null with an unknown one. */
export function fileOfRole(role: string | undefined): string | null {
  return role !== undefined && Object.hasOwn(ROLES, role) ? (ROLES[role] ?? null) : null;
}
