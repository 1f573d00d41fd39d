import { oneLine } from '../../detectors/support/text.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** By which a program tells a store of what type a parameter is, or a column that it maps. */
const TYPED =
  /\bDbString\b|\bIsAnsi\s*=\s*true|DbType\.(?:Ansi\w+|Date|Int\d+|Guid)|SqlDbType\.(?:VarChar|Char|Date|BigInt|Int|UniqueIdentifier)\b|sendStringParametersAsUnicode=false|IsUnicode\(false\)|HasColumnType\("(?:var)?char|Types\.(?:VARCHAR|BIGINT|OTHER|DATE)\b|\w::(?:uuid|bigint|int\d?|text|varchar|date)\b|\bpgtype\.\w+|bindparam\([^)]*type_=/;
/** Statements are asked in it. */
const OF_STATEMENTS = /\bselect\b|\bwhere\b|quer(?:y|ies)|execute|prepare|dapper|jdbc|sql/i;
const MOST_READ = 20_000;

const CONVERTED =
  /implicit|PlanAffectingConvert|CONVERT_IMPLICIT|type conversion|index scan|seq\w*.?scan|full.?(?:table.)?scan|logical_?reads|(?:rows?|tuples?)_(?:read|fetched|examined)|execution timeout|slow query|\btook\b|operator does not exist|cannot be cast/i;

/** A parameter whose type is no longer told: the driver takes another one, the column is converted for each row, and its index is not used. */
export function untypedParameters({ removed, added, detail }: ReadChange): Consequence[] {
  const typed = removed.filter((line) => TYPED.test(line));
  if (typed.length === 0 || added.some((line) => TYPED.test(line))) return [];
  if (!OF_STATEMENTS.test(detail.slice(0, MOST_READ))) return [];
  const line = typed.find((one) => /ansi|char|unicode/i.test(one)) ?? typed[0]!;
  const why = `it no longer tells the type of a parameter ("${oneLine(line, 80)}"), so that the column is converted to another type (implicit conversion) and its index is not used`;
  return [{ why, shows: CONVERTED, isPlain: true, ofStatements: true, class: 'database' }];
}
