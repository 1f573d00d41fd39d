import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { repeatedPages } from '../../../../../src/workers/changes/harms/repeated-pages.ts';

const harmsOf = (detail: string) => repeatedPages({ ...diffLines(detail), detail, files: ['walk'] });

/** Walks over pages that begin anew each time. */
const ANEW = [
  '-    while token:\n-        page = shelf.sheets(room, page_token=token)\n-        token = page.next_token\n+    page = shelf.sheets(room, size=50)\n+    while page.has_more:\n+        page = shelf.sheets(room, size=50)',
  ' for {\n-\tpage, err := shelf.List(ctx, room, cursor)\n+\tpage, err := shelf.List(ctx, room)\n \tif page.NextCursor == "" {\n \t\tbreak\n \t}\n }',
  '   do {\n     const page = await shelf.list({\n       room,\n-      pageToken: token,\n     });\n     token = page.nextPageToken;\n   } while (token);',
  '-  Stream.iterate(shelf.sheets(room, 0), p -> shelf.sheets(room, p.offset() + 50)).takeWhile(Page::hasMore)\n+  Stream.iterate(shelf.sheets(room, 50), p -> shelf.sheets(room, 50)).takeWhile(Page::hasMore)',
];

/** Walks that go on, and what asks for one page only. */
const GOES_ON = [
  '   while (token) {\n-    page = shelf.list(room, token);\n+    page = shelf.list(room, { cursor: token });\n     token = page.next;',
  '   while (more) {\n-    page = shelf.list(room, offset);\n+    page = shelf.list(room, cursor);\n     more = page.next;',
  '-  return shelf.list(room, offset);\n+  return shelf.list(room);',
  '   for (const room of rooms) {\n-    skip(room, offset);\n+    skip(room, start);\n   }',
  '   while (token) {\n     page = shelf.list({\n-      offset: 0,\n+      cursor: token,\n     });\n     token = page.next;',
];

describe('pages that come again and again', () => {
  it('are told where no request says where the page before ended', () => {
    for (const diff of ANEW) {
      const [found] = harmsOf(diff);
      expect(found, diff).to.include({ isPlain: true, feltByAsked: true });
      expect(found!.why, diff).to.include('the same first page comes again and again');
      expect(
        ['outbound_requests_per_sec', 'same page read', 'no such host'].map((sign) => found!.shows.test(sign)),
      ).to.deep.equal([true, true, false]);
    }
  });

  it('are not told of walks that go on, nor of what asks once', () => {
    for (const diff of GOES_ON) expect(harmsOf(diff), diff).to.deep.equal([]);
  });
});
