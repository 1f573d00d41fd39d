import type { Finding, Report } from '../../shared/report.ts';
import { sameName } from '../detectors/support/names.ts';

/** What a model's verified conclusion is worth beside the detectors' own. */
export type Weighed =
  | { outcome: 'stands' }
  /** It may stand, but not as identified. */
  | { outcome: 'capped'; why: string }
  /** It leaves open what the detectors have a cause for: theirs stays in sight, and is believed less. */
  | { outcome: 'undecided'; why: string }
  /** It names a fault where the detectors have proof that there is none now, and no finding that would bear it out. */
  | { outcome: 'doubted'; why: string }
  | { outcome: 'overruled'; why: string };

const STANDS: Weighed = { outcome: 'stands' };
/** A finding this sure is support for a conclusion that agrees with it. */
const LIKELY = 0.5;

/**
 * Weighs a model's conclusion against the detectors': what they have identified it may refine but not replace, an all-clear
 * needs their proof, and what differs from the cause that they hold likely, or has none of their findings behind it, is probable at
 * best: "identified" takes two readers who agree. Models are most often wrong where they blame another service than the one at fault.
 */
export function weighConclusion(model: Report, own: Report, findings: Finding[]): Weighed {
  if (model.verdict === 'inconclusive') return weighUndecided(own);
  if (model.verdict === 'healthy') return weighHealthy(own);
  if (own.verdict === 'identified' && !agrees(model, own))
    return { outcome: 'overruled', why: `it contradicts the detectors, which have identified ${blamed(own)}` };
  const isSupported = findings.some((finding) => supports(finding, model));
  if (own.verdict === 'healthy' && !isSupported)
    return { outcome: 'doubted', why: 'it names a fault, and the detectors have proof that there is none now' };
  if (model.verdict !== 'identified' || own.verdict === 'identified') return STANDS;
  if (own.verdict === 'probable' && !(model.class === own.class && agrees(model, own)))
    return { outcome: 'capped', why: `the detectors hold ${blamed(own)} for likelier, so that it is probable at best` };
  return isSupported
    ? STANDS
    : { outcome: 'capped', why: 'no finding of the detectors supports it, so that it is probable at best' };
}

/** A model that honestly does not know is a reason for doubt, and none to keep from the reader what the detectors know. */
function weighUndecided(own: Report): Weighed {
  if (own.verdict !== 'identified' && own.verdict !== 'probable') return STANDS;
  return { outcome: 'undecided', why: `it leaves the cause open; the detectors name ${blamed(own)}` };
}

function weighHealthy({ verdict }: Report): Weighed {
  if (verdict === 'healthy') return STANDS;
  return { outcome: 'overruled', why: 'it called healthy what the detectors have no proof of' };
}

const blamed = ({ rootCause, class: found }: Report) =>
  rootCause.component === null ? `a cause of class ${found}` : `${rootCause.component} (${found})`;

/**
 * The same kind of trouble, and one conclusion names the component that the other blames; or another kind at the very same
 * component by some of the same evidence: models confuse the classes more often than the fault.
 */
function agrees(model: Report, own: Report): boolean {
  const [said, known] = [model.rootCause, own.rootCause];
  if (model.class !== own.class) return isSameFault(model, own);
  if (known.component === null || speaksOf(said, known.component)) return true;
  return said.component !== null && speaksOf(known, said.component);
}

/** Both blame the very same component by some of the same evidence. */
export function isSameFault({ rootCause: said }: Report, { rootCause: known }: Report): boolean {
  const same = said.component !== null && known.component !== null && sameName(said.component, known.component);
  return same && said.evidence.some((number) => known.evidence.includes(number));
}

function supports(finding: Finding, { class: said, rootCause }: Report): boolean {
  if (finding.confidence < LIKELY || !finding.evidence.some((number) => rootCause.evidence.includes(number)))
    return false;
  return finding.class === said;
}

function speaksOf({ component, statement }: Report['rootCause'], name: string): boolean {
  if (component !== null && sameName(component, name)) return true;
  return statement.toLowerCase().includes(name.toLowerCase());
}
