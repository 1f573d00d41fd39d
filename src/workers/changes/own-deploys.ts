import type { IncidentPicture } from './incident-picture.ts';
import type { LiveChange } from './live-changes.ts';

/** How soon after its own deploy a service that is harmed by it gets into trouble, and how far apart deploys have to be to be told apart by that. */
const SOON_MS = 10 * 60_000;
const APART_MS = 2 * 60_000;
const OFTEN = 3;

/**
 * The services to which one change was deployed one after the other and each of which got into trouble right after its own deploy, not after that of
 * another one, in the order of their deploys; null where it is otherwise. What they ask in common would have harmed them at the same time.
 */
export function troubledInTurn({ change, runs = [] }: LiveChange, picture: IncidentPicture): string[] | null {
  if (change.kind !== 'commit' || new Set(runs.map(({ service }) => service)).size < 2) return null;
  const inOrder = runs.toSorted((left, right) => left.at - right.at);
  const areApart = inOrder.slice(1).every(({ at }, index) => at - inOrder[index]!.at >= APART_MS);
  return areApart && inOrder.every(({ service, at }) => startsAfter(at, startsOf(service, picture)))
    ? inOrder.map(({ service }) => service)
    : null;
}

const startsAfter = (at: number, starts: [from: number, to: number][]): boolean =>
  starts.length > 0 && starts.every(([, to]) => to >= at) && starts.some(([from]) => from <= at + SOON_MS);

/** When each complaint of a service that comes again and each level that it left began, as the earliest and latest moment that it may have been. */
function startsOf(service: string, { problems, shifts }: IncidentPicture): [number, number][] {
  const own = problems.filter((line) => line.service === service);
  const complaints = [...Map.groupBy(own, ({ template }) => template).values()]
    .filter((lines) => lines.length >= OFTEN)
    .map((lines) => Math.min(...lines.map(({ at }) => at)));
  return [
    ...complaints.map((at): [number, number] => [at, at]),
    ...shifts.filter((shift) => shift.service === service).map(({ at, step }): [number, number] => [at, at + step]),
  ];
}
