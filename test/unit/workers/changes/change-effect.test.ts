import { expect } from 'chai';
import { type Change, effectOf } from '../../../../src/workers/changes/change-effect.ts';

const commit = (diff: string, more: Partial<Change> = {}): Change => {
  return {
    kind: 'commit',
    id: 'c0ffee',
    service: null,
    at: null,
    title: 'change',
    detail: diff,
    files: ['services/depot/main.go'],
    ...more,
  };
};
const effect = (diff: string, more: Partial<Change> = {}) => effectOf(commit(diff, more)).effect;

describe('what a change can do', () => {
  describe('nothing', () => {
    it('when only documents, tests or the build were touched', () => {
      for (const file of ['docs/a.md', 'pkg/x_test.go', 'src/a.spec.ts', '.github/workflows/ci.yml', 'CODEOWNERS']) {
        expect(effect('-a(1)\n+a(2)', { files: [file] }), file).to.equal('inert');
      }
    });

    it('when only the looks of pages were touched', () => {
      expect(
        effect('-.a { padding: 6px }\n+.a { padding: 9px }', { files: ['web/static/a.css', 'web/a.html'] }),
      ).to.equal('inert');
    });

    it('when only comments, logs, metrics or the way errors are shown were touched', () => {
      expect(effect('-// waits 5 s\n+// waits for five seconds')).to.equal('inert');
      expect(
        effect('-  LOG_DEBUG(log, "elected {}", term);\n+  LOG_INFO(log, "elected {} by {}", term, node);'),
      ).to.equal('inert');
      expect(
        effect('-log.Printf("%s", path)\n+logger.Info("handled",\n+\t"path", path,\n+\t"took", took,\n+)'),
      ).to.equal('inert');
      expect(effect('-\t\thttp.Error(w, "no", 401)\n+\t\twriteError(w, http.StatusUnauthorized)')).to.equal('inert');
      expect(effect('+\t\tspan.SetAttributes(attribute.String("id", id))')).to.equal('inert');
    });

    it('when its title names nothing that runs and its content is not at hand', () => {
      expect(effect('', { title: 'docs: describe retries' })).to.equal('inert');
      expect(effect('', { title: 'feat: retries' })).to.equal('unseen');
    });
  });

  describe('the same as before', () => {
    it('when code moved into a helper', () => {
      expect(
        effect(
          '-  total += price * amount\n+  total += lineTotal(price, amount)\n+func lineTotal(price, amount int) int {\n+  return price * amount\n+}',
          { title: 'refactor: extract lineTotal' },
        ),
      ).to.equal('preserving');
    });

    it('when a check moved into a helper with the same limits', () => {
      const diff =
        '-if r.Lat < -90 || r.Lat > 90 {\n-\treturn errRange("lat", r.Lat)\n-}\n+if err := checkRange("lat", r.Lat, -90, 90); err != nil {\n+\treturn err\n+}';
      expect(effect(diff, { title: 'refactor: range checks' })).to.equal('preserving');
    });

    it('when a library got a patch version, and possibly not when it got more', () => {
      const versions = (from: string, to: string) =>
        `-\tgithub.com/acme/router ${from}\n+\tgithub.com/acme/router ${to}`;
      expect(effect(versions('v1.8.0', 'v1.8.3'), { files: ['go.mod', 'go.sum'] })).to.equal('preserving');
      expect(effect(versions('v1.8.0', 'v1.9.0'), { files: ['go.mod', 'go.sum'] })).to.equal('unseen');
    });
  });

  describe('something else than before', () => {
    const CASES: [string, string, string][] = [
      ['a number', '-  maxOpen: 50\n+  maxOpen: 5', 'it changes "maxOpen" from 50 to 5'],
      [
        "a duration in a library's words",
        '-\tTimeout: 5 * time.Second,\n+\tTimeout: 150 * time.Millisecond,',
        'it sets "Timeout" to 150 * time.Millisecond instead of 5 * time.Second',
      ],
      ['a name', '-  "title": field("text"),\n+  "name": field("text"),', 'it changes "title" to "name"'],
      [
        'a condition',
        '-if expiry.Add(grace).Before(now) {\n+if expiry.Before(now) {',
        'it decides by "if expiry.Before(now) {" instead of "if expiry.Add(grace).Before(now) {"',
      ],
      ['a calculation', '-return net * rate / 100\n+return net * rate / 1000', 'it changes a number from 100 to 1000'],
      ['a guard that is gone', '-\tdefer rows.Close()\n \tfor rows.Next() {', 'it no longer has "defer rows.Close()"'],
      ['a check that is gone', '-if size > 4096 {\n-\treturn tooLarge\n-}', 'it no longer has "if size > 4096 {"'],
      [
        'new work',
        '-for _, line := range lines {\n-\ttotal += line.price\n+for _, line := range lines {\n+\titem := catalog.FetchItem(line.sku)\n+\ttotal += item.price',
        'it now calls catalog.FetchItem',
      ],
    ];

    for (const [what, diff, why] of CASES) {
      it(`with ${what}`, () => {
        const found = effectOf(commit(diff));
        expect(found.effect).to.equal('behaviour');
        expect(found.why).to.contain(why);
      });
    }

    it('tells what makes room from what tightens', () => {
      expect(effectOf(commit('-retries: 2\n+retries: 3', { files: ['a.yaml'] }))).to.include({
        loosens: true,
        tightens: false,
      });
      expect(effectOf(commit('-memory: 1Gi\n+memory: 512Mi', { files: ['a.yaml'] }))).to.include({
        loosens: false,
        tightens: true,
      });
      expect(effectOf(commit('-  WORKERS: "16"\n+  WORKERS: "2"', { files: ['a.yaml'] }))).to.include({
        tightens: true,
        why: 'it changes "WORKERS" from 16 to 2',
      });
      expect(effectOf(commit('-  Timeout: 2 * time.Second,\n+  Timeout: 900 * time.Millisecond,'))).to.include({
        tightens: true,
      });
    });
  });
});
