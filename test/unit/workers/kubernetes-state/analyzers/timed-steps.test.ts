import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                       READY   STATUS    RESTARTS   AGE\nlabels-7f6d9c8b5d-zz2xq    1/1     Running   0          3d\n';
const found = (lines: string[], alert = 'Printing of labels takes ages') =>
  diagnose(
    inputOf(alert, [
      printed('kubectl get pods -n depot', PODS),
      printed('kubectl logs labels-7f6d9c8b5d-zz2xq -n depot', `${lines.join('\n')}\n`),
    ]),
  ).diagnoses.filter(({ kind }) => kind === 'slow-step');
const times = (count: number, line: (at: number) => string[]) =>
  Array.from({ length: count }, (_, at) => line(at)).flat();

/** The same two steps in the forms of several programs, with the time of the second in ms. */
const FORMS: Record<string, (ms: number) => string[]> = {
  'pairs of names and values': (ms) => [
    'level=info msg="step done" step=fetch_order duration_ms=11',
    `level=info msg="step done" step=print.rasterize duration_ms=${ms}`,
  ],
  JSON: (ms) => [
    '{"level":"info","message":"done","phase":"fetch_order","elapsed_ms":11}',
    `{"level":"info","message":"done","phase":"print.rasterize","elapsed_ms":${ms}}`,
  ],
  sentences: (ms) => [
    '2031-03-03 10:00:01 INFO fetch_order took 11ms',
    `2031-03-03 10:00:02 INFO print.rasterize took ${ms}ms`,
  ],
  'all steps in one line': (ms) => [`timing auth=2ms fetch_order=11ms print.rasterize=${ms}ms total=${ms + 13}ms`],
};

describe('the step that most of the time goes to', () => {
  for (const [form, line] of Object.entries(FORMS))
    it(`is named by its own name, told in ${form}`, () => {
      const [first, ...others] = found(times(4, (at) => line(3100 + at)));
      expect(first).to.include({ component: 'labels', class: 'application' });
      expect(first!.statement).to.match(/print\.rasterize.{0,40}310[12] ms/);
      expect(others).to.deep.equal([]);
    });

  it('is none where nobody speaks of slowness, where all steps are quick, or where one step alone is timed', () => {
    const slow = times(4, (at) => FORMS.sentences!(3100 + at));
    expect(found(slow, 'labels was deployed')).to.deep.equal([]);
    expect(found(times(4, (at) => FORMS.sentences!(40 + at)))).to.deep.equal([]);
    expect(found(slow.filter((line) => line.includes('rasterize')))).to.deep.equal([]);
    expect(found(times(1, (at) => FORMS.sentences!(3100 + at)))).to.deep.equal([]);
  });

  it('is a matter of the database where the step is a query', () => {
    const lines = times(4, (at) => ['load_file took 9ms', `sql.select_orders took ${4000 + at}ms`]);
    expect(found(lines)[0]).to.include({ class: 'database' });
  });
});
