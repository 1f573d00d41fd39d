import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { leftBeforeRelease } from '../../../../../src/workers/changes/harms/left-before-release.ts';

const read = (file: string, detail: string) => leftBeforeRelease({ ...diffLines(detail), detail, files: [file] });
const whys = (file: string, detail: string) =>
  read(file, detail)
    .map(({ why }) => why)
    .join('; ');

/** File, diff, and what it is that leaks. */
const LEAKS: [file: string, what: string, lines: string[]][] = [
  [
    'quota.go',
    'response',
    [
      ' \tres, err := client.Do(req)',
      ' \tif err != nil {',
      ' \t\treturn 0, err',
      ' \t}',
      '-\tdefer res.Body.Close()',
      '+\tif res.StatusCode >= 500 {',
      '+\t\treturn 0, errBusy',
      '+\t}',
      '+\tdefer res.Body.Close()',
      ' \treturn decode(res.Body)',
    ],
  ],
  [
    'rows.go',
    'connection',
    [
      ' \trows, err := s.db.QueryContext(ctx, q)',
      ' \tif err != nil {',
      ' \t\treturn nil, err',
      ' \t}',
      '-\tdefer rows.Close()',
      '+\tcols, err := rows.Columns()',
      '+\tif err != nil {',
      '+\t\treturn nil, err',
      '+\t}',
      '+\tdefer rows.Close()',
    ],
  ],
  [
    'src/export.ts',
    'connection',
    [
      '   const client = await pool.connect();',
      '   const found = await client.query(WANTED, [day]);',
      '+  if (found.rows.length === 0) return [];',
      '+',
      '   client.release();',
      '   return found.rows;',
    ],
  ],
  [
    'app/seats.py',
    'connection',
    [
      '     conn = pool.getconn()',
      '-    try:',
      '-        seats = free_seats(conn, hall)',
      '-        return seats',
      '-    finally:',
      '-        pool.putconn(conn)',
      '+    seats = free_seats(conn, hall)',
      '+    if not seats:',
      '+        raise SoldOut(hall)',
      '+    pool.putconn(conn)',
      '+    return seats',
    ],
  ],
  [
    'Archive.java',
    'file',
    [
      '     InputStream stream = Files.newInputStream(path);',
      '-    try (stream) {',
      '-      return parse(stream);',
      '+    if (path.endsWith(".part")) {',
      '+      throw new NotReady(path);',
      '     }',
      '+    try (stream) {',
      '+      return parse(stream);',
      '+    }',
    ],
  ],
  [
    'Ledger.cs',
    'connection',
    [
      '         var connection = _factory.Open();',
      '+        if (!_flags.Enabled("ledger"))',
      '+        {',
      '+            return Array.Empty<Row>();',
      '+        }',
      '         using (connection)',
      '         {',
    ],
  ],
  [
    'Gate.kt',
    'lock',
    [
      '     lock.lock()',
      '-    val seat = next()',
      '+    val seat = next()',
      '+    if (seat.taken) return null',
      '     lock.unlock()',
      '     return seat',
    ],
  ],
  [
    'jobs/mail.rb',
    'connection',
    [
      '   queue.each do |mail|',
      '     conn = SMTP_POOL.checkout',
      '-    conn.deliver(mail)',
      '+    next if mail.muted?',
      '+    conn.deliver(mail)',
      '     SMTP_POOL.release(conn)',
      '   end',
    ],
  ],
  [
    'src/tile.c',
    'memory',
    [
      '     char *buf = malloc(size);',
      '     if (buf == NULL)',
      '         return -1;',
      '+    if (size > MAX_TILE)',
      '+        return -2;',
      '     render(buf, size);',
      '     free(buf);',
      '     return 0;',
    ],
  ],
  [
    'Import.php',
    'file',
    [
      '         $file = fopen($path, "r");',
      '         foreach ($this->rows($file) as $row) {',
      '+            if ($row->isEmpty()) {',
      '+                throw new EmptyRow();',
      '+            }',
      '             $this->store($row);',
      '         }',
      '         fclose($file);',
    ],
  ],
];

/** File and lines of what gives back on all ways. */
const TIDY: [file: string, lines: string[]][] = [
  [
    // The same move, without a way out in between.
    'quota.go',
    [
      ' \tres, err := client.Do(req)',
      ' \tif err != nil {',
      ' \t\treturn 0, err',
      ' \t}',
      '-\tdefer res.Body.Close()',
      '+\tspan.SetStatus(res.StatusCode)',
      '+\tdefer res.Body.Close()',
    ],
  ],
  [
    // Behind the check whether there is anything to be closed, where it belongs.
    'quota.go',
    [
      ' \tres, err := client.Do(req)',
      '-\tdefer res.Body.Close()',
      ' \tif err != nil {',
      ' \t\treturn 0, err',
      ' \t}',
      '+\tdefer res.Body.Close()',
    ],
  ],
  [
    // Who leaves gives back before.
    'src/export.ts',
    [
      '   const client = await pool.connect();',
      '   const found = await client.query(WANTED, [day]);',
      '+  if (found.rows.length === 0) {',
      '+    client.release();',
      '+    return [];',
      '+  }',
      '   client.release();',
    ],
  ],
  [
    // Covered by a block that is come to in any case.
    'app/seats.py',
    [
      '     conn = pool.getconn()',
      '     try:',
      '         seats = free_seats(conn, hall)',
      '+        if not seats:',
      '+            raise SoldOut(hall)',
      '         return seats',
      '     finally:',
      '         pool.putconn(conn)',
    ],
  ],
  [
    // A way out before anything was taken.
    'Ledger.cs',
    [
      '+        if (!_flags.Enabled("ledger")) return Array.Empty<Row>();',
      '         var connection = _factory.Open();',
      '         var rows = Read(connection);',
      '         connection.Dispose();',
    ],
  ],
  [
    // The caller gets it, and gives it back.
    'pool.go',
    [' \tconn, err := p.dial(addr)', '+\tif p.warm {', '+\t\treturn conn, nil', '+\t}', ' \tconn.Close()'],
  ],
  [
    // A function within leaves nothing but itself.
    'src/export.ts',
    [
      '   const client = await pool.connect();',
      '+  const kept = rows.filter((row) => {',
      '+    if (row.hidden) {',
      '+      return false;',
      '+    }',
      '+    return true;',
      '+  });',
      '   client.release();',
    ],
  ],
  [
    // A turn of a loop that ends before the release.
    'src/tile.c',
    [
      '     FILE *file = fopen(path, "r");',
      '     while (next_line(file, line)) {',
      '+        if (line[0] == 0)',
      '+            continue;',
      '         parse(line);',
      '     }',
      '     fclose(file);',
    ],
  ],
  [
    // Something with a beginning and an end that nobody else waits for.
    'app/tickets.rb',
    ['   ticket = Ticket.find(id)', '+  return if ticket.answered?', '   ticket.close'],
  ],
  [
    // It was left so before; only its form is another.
    'src/export.ts',
    [
      '   const client = await pool.connect();',
      '-  if (day === null) return [];',
      '+  if ( day === null ) return [];',
      '   client.release();',
    ],
  ],
];

describe('ways out before what was taken is given back', () => {
  for (const [file, what, lines] of LEAKS)
    it(`are found where a change opens one (${file}, ${what})`, () => {
      expect(whys(file, lines.join('\n')), lines.join('\n')).to.include(`before it closes the ${what}`);
    });

  it('are none where nothing is lost by them', () => {
    for (const [file, lines] of TIDY) expect(whys(file, lines.join('\n')), lines.join('\n')).to.equal('');
  });

  it('show as descriptors and connections that grow, and as there being too many', () => {
    const [harm] = read(LEAKS[0]![0], LEAKS[0]![2].join('\n'));
    for (const said of ['accept4: too many open files', 'EMFILE', 'process_open_fds', 'outbound_connections'])
      expect(harm!.shows.test(said), said).to.equal(true);
    for (const said of ['connection refused', 'no such host', 'http_5xx_ratio'])
      expect(harm!.shows.test(said), said).to.equal(false);
  });
});
