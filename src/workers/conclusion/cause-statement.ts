import type { Finding } from '../../shared/report.ts';

/** The cause in a sentence, what explains it beside the findings, its weightiest effect in a second one, and what was changed just before in a third. */
export function causeStatement(
  cause: Finding,
  effect: Finding | undefined,
  change: Finding | null,
  beside: string[] = [],
): string {
  const parts = [
    cause.statement.replace(/\.$/, ''),
    ...beside,
    ...(effect ? [`As a result, ${asClause(effect.statement)}`] : []),
    ...(change ? [`Shortly before, ${change.statement}`] : []),
  ];
  return parts.join('. ');
}

/** A detector's sentence inside another one; names keep their letters. */
function asClause(statement: string): string {
  return statement.replace(
    /^(?:A|All|Connections|Container|Database|Pod|Service|Statements|The|There|Transactions)\b/,
    (word) => word.toLowerCase(),
  );
}
