import { expect } from 'chai';
import { consequencesOf } from '../../../../src/workers/changes/consequences.ts';
import { diffLines } from '../../../../src/workers/changes/diff-lines.ts';

const whys = (diff: string) => consequencesOf(diffLines(diff), diff).map(({ why }) => why);

describe('what a kind of change is known to do', () => {
  it('tells a collection that only grows from one that is emptied', () => {
    const grows = '+const seen = new Map();\n+function handle(id) {\n+  seen.set(id, 1);\n+}';
    expect(whys(grows)).to.include('it keeps things for as long as it runs');
    expect(whys(`${grows}\n+seen.delete(id);`)).to.not.include('it keeps things for as long as it runs');
  });

  it('reads of the lines of a bundled file the head alone', () => {
    const far = `+${' '.repeat(500)}const seen = new Map();`;
    expect(whys(`${far}\n+  seen.set(id, 1);`)).to.deep.equal([]);
  });

  it('takes a number that is tuned for no consequence, and one that is cut to a tenth for one', () => {
    expect(whys('-  threads: 100\n+  threads: 80')).to.deep.equal([]);
    expect(whys('-  threads: 100\n+  threads: 10')).to.deep.equal(['it has fewer hands for the same work']);
  });

  it('tells who retries from who says when to come again', () => {
    const retries = 'it retries otherwise than before';
    for (const line of [
      'reply.header("Retry-After", "30");',
      "answer.headers['Retry-After'] = wait",
      'w.Header().Set("Retry-After", wait)',
      'add_header Retry-After 30;',
    ])
      expect(whys(`+  ${line}`), line).to.not.include(retries);
    for (const line of ['const wait = Number(answer.headers.get("retry-after"));', 'retries: 5,'])
      expect(whys(`+  ${line}`), line).to.include(retries);
  });
});
