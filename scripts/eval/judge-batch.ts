import { RECORDED_CASES } from '../../test/fixtures/recorded-cases/index.ts';
import { judge } from '../../test/fixtures/recorded-cases/judge.ts';

/**
 * Prints for each case of a batch, as a line of JSON, what the report said and whether it was right. `first-run-confidence.ts` runs it
 * in older trees, so it uses nothing but what those have. A healthy system that is called ill is wrong in everything.
 */
const [batch] = process.argv.slice(2);
for (const recorded of RECORDED_CASES.filter(({ id }) => id.startsWith(`${batch}-`))) {
  const { report, stated, named, class: isClass } = judge(recorded);
  const ill = recorded.class !== 'healthy';
  const said = {
    commits: recorded.culprit !== undefined,
    verdict: report.verdict,
    confidence: report.rootCause.confidence,
    place: ill && named && isClass,
    cause: ill && stated && isClass,
  };
  console.log(JSON.stringify(said));
}
