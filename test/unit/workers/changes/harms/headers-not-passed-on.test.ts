import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { headersNotPassedOn } from '../../../../../src/workers/changes/harms/headers-not-passed-on.ts';

const harmsOf = (file: string, detail: string) => headersNotPassedOn({ ...diffLines(detail), detail, files: [file] });

/** What a change leaves out, the file, the diff, how that shows, and what does not come from it. */
const LEFT_OUT: [why: string, file: string, diff: string, shows: string, not: string][] = [
  [
    'those of "init" come later',
    'call.ts',
    '   return fetch(url, {\n-    ...init,\n-    headers: { ...identity(session), ...init.headers },\n+    headers: { ...identity(session), ...init.headers },\n+    ...init,\n   });',
    'GET /berths answered 401',
    'connection reset by peer',
  ],
  [
    'those of "opts" come later',
    'call.py',
    '-  await send(url, {**opts, "headers": {**base, **opts["headers"]}})\n+  await send(url, {"headers": {**base}, **opts})',
    '400: missing required header',
    'no such table: berths',
  ],
  [
    'the header x-harbour-id',
    'call.go',
    ' req, err := http.NewRequest("GET", url, nil)\n-req.Header.Set("X-Harbour-Id", harbour)\n req.Header.Set("Accept", "application/json")',
    'no harbour given for berth 7',
    'too many requests',
  ],
  [
    'look like the same client',
    'site.conf',
    '   proxy_pass http://berths;\n-  proxy_set_header X-Real-IP $remote_addr;\n   proxy_set_header Host $host;',
    'rate limit reached for 10.1.2.3',
    'x-harbour-id missing',
  ],
  [
    'all headers but those of a list',
    'relay.rb',
    '-    headers: request.headers.merge(own),\n+    headers: request.headers.slice(*KEPT).to_h,\n+  KEPT = %w[accept content-type]',
    'berths: 403 forbidden',
    'deadlock detected',
  ],
  [
    'does not know who asks',
    'Relay.kt',
    '   client.get(url) {\n-    headers["Authorization"] = token\n     accept(JSON)\n   }',
    'answered 401 unauthorized',
    'too many open files',
  ],
  [
    'what "ctx" gives for headers',
    'rpc.ts',
    '-  const metadata = merged(base, idsOf(ctx));\n+  const metadata = merged(base);',
    'metadata missing: header tide is required',
    'heap out of memory',
  ],
  [
    '"...tidalHeaders(req),"',
    'relay.ts',
    '   const answer = await ask(url, {\n     headers: {\n-      ...tidalHeaders(req),\n       accept: "text/csv",',
    'request without the required header',
    'no space left on device',
  ],
  [
    'is done again',
    'pay.ts',
    '   await gate.post("/charges", body, { headers: {\n-    "idempotency-key": order.id,\n     accept: "application/json" } });',
    'order 7 charged again: duplicate',
    'no such host',
  ],
];

/** What looks similar and leaves nothing out. */
const PASSED_ON: [file: string, diff: string][] = [
  [
    'call.ts',
    '   fetch(url, {\n-    headers: { ...init.headers, ...own },\n+    ...init,\n+    headers: { ...init.headers, ...own },\n   });',
  ],
  ['call.ts', '-    headers: identity(session),\n+    headers: identityOf(session),'],
  ['call.ts', '-    "x-harbour-id": harbour,\n+    [HARBOUR_ID]: harbour,'],
  ['call.ts', '-    headers: merged(base, idsOf(ctx)),\n+    headers: headersFor(ctx, base),'],
  ['call.ts', '-  const ids = idsOf(ctx);\n-    headers: merged(base, ids),\n+    headers: merged(base, idsOf(ctx)),'],
  ['answer.ts', '-  res.setHeader("X-Request-Id", id);\n   res.json(body);'],
  ['site.conf', '-  add_header X-Served-By $host;\n   proxy_pass http://berths;'],
  ['relay.ts', '-  const names = request.headers;\n+  const names = list.filter((one) => one.tidy);'],
  [
    'relay.ts',
    '-    headers: { "x-harbour-id": harbour },\n+    headers: { ...request.headers },\n+    // with x-harbour-id',
  ],
];

describe('headers that are no longer passed on', () => {
  for (const [why, file, diff, shows, not] of LEFT_OUT) {
    it(`tells: ${why} (${file})`, () => {
      const [found, ...others] = harmsOf(file, diff);
      expect(others).to.deep.equal([]);
      expect(found, diff).to.include({ isPlain: true, refusedByAsked: true });
      expect(found!.why)
        .to.match(/^it no longer passes on /)
        .and.to.include(why);
      expect([found!.shows.test(shows), found!.shows.test(not)]).to.deep.equal([true, false]);
    });
  }

  it('are not told where all of them still are', () => {
    for (const [file, diff] of PASSED_ON)
      expect(
        harmsOf(file, diff).map(({ why }) => why),
        diff,
      ).to.deep.equal([]);
  });

  it('show by what those say that were on no list, and not by what the list keeps', () => {
    const listed = (kept: string) =>
      harmsOf('relay.ts', `-  headers: { ...request.headers },\n+  headers: pick(request.headers, [${kept}]),`)[0]!
        .shows;
    const [limited, unknown] = ['limiter: too many requests of 10.1.2.3', 'answered 401 unauthorized'];
    expect([listed("'authorization'").test(limited), listed("'authorization'").test(unknown)]).to.deep.equal([
      true,
      false,
    ]);
    expect([listed("'x-forwarded-for'").test(limited), listed("'x-forwarded-for'").test(unknown)]).to.deep.equal([
      false,
      true,
    ]);
  });
});
