import type { PlannedStep } from './question.ts';

type Asked = { system: string; host: string | undefined };

/** What the servers themselves tell that spans went to, where they are configured; the product by the name that spans use. */
const QUESTIONS: readonly [RegExp, [PlannedStep['capability'], string][]][] = [
  [
    /postgres|aurora/i,
    [
      ['postgresql.activity', 'sessions of'],
      ['postgresql.locks', 'lock chains of'],
      ['postgresql.statements', 'slow statements of'],
      ['postgresql.replication', 'replication of'],
      ['postgresql.sizes', 'sizes of'],
    ],
  ],
  [
    /redis|valkey/i,
    [
      ['redis.info', 'state of'],
      ['redis.slowlog', 'slow commands of'],
    ],
  ],
];

const MOST_SERVERS = 2;

/** Questions to the database servers that requests went to. */
export function databaseServerSteps(asked: Asked[]): PlannedStep[] {
  return QUESTIONS.flatMap(([product, questions]) => {
    const hosts = asked.flatMap(({ system, host }) => (host && product.test(system) ? [host] : []));
    return [...new Set(hosts)].slice(0, MOST_SERVERS).flatMap((host) =>
      questions.map(
        ([capability, what]): PlannedStep => ({
          capability,
          arguments: { about: [host] },
          label: `${what} ${host}`,
          required: false,
          optional: true,
        }),
      ),
    );
  });
}
