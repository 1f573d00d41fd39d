import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { shorterAnswers } from '../../../../../src/workers/changes/harms/shorter-answers.ts';

const read = (file: string, detail: string) => shorterAnswers({ ...diffLines(detail), detail, files: [file] });
const whys = (file: string, detail: string) =>
  read(file, detail)
    .map(({ why }) => why)
    .join('; ');

/** File, the most that is given out from now on, and the lines. */
const SHORTER: [file: string, most: number, lines: string[]][] = [
  [
    'MemberResource.java',
    50,
    [
      '   @GET @Path("/members")',
      '-  public List<Member> members(@QueryParam("club") String club) {',
      '-    return repository.byClub(club);',
      '+  public List<Member> members(@QueryParam("club") String club,',
      '+      @DefaultValue("50") @QueryParam("limit") int limit) {',
      '+    return repository.byClub(club, limit);',
      '   }',
    ],
  ],
  [
    'app/routes.py',
    100,
    [
      ' @router.get("/devices")',
      '-async def devices(site: str):',
      '-    return await registry.of_site(site)',
      '+async def devices(site: str, limit: int = Query(100, le=500)):',
      '+    return await registry.of_site(site, limit)',
    ],
  ],
  [
    'app/views.py',
    25,
    [
      '     def get(self, request):',
      '-        rows = Price.objects.filter(active=True)',
      "+        most = int(request.GET.get('limit', 25))",
      '+        rows = Price.objects.filter(active=True)[:most]',
      '         return JsonResponse(to_json(rows), safe=False)',
    ],
  ],
  ['settings/base.py', 50, [' REST_FRAMEWORK = {', "+    'PAGE_SIZE': 50,", ' }']],
  ['config/application.yml', 20, [' spring:', '   data:', '     rest:', '+      default-page-size: 20']],
  [
    'src/tariffs.ts',
    200,
    [
      '   const found = await db.query(`',
      '     SELECT zone, price FROM tariffs',
      '-    ORDER BY zone`);',
      '+    ORDER BY zone',
      '+    LIMIT 200`);',
      '   return found.rows;',
    ],
  ],
  [
    'src/hosts.ts',
    500,
    ['   const hosts = await prisma.host.findMany({', '     where: { site },', '+    take: 500,', '   });'],
  ],
  [
    'handlers.go',
    100,
    [
      ' func (h *Handler) ListKeys(c *gin.Context) {',
      '-\tkeys, err := h.store.Keys(c, c.Param("tenant"))',
      '+\tlimit := atoi(c.DefaultQuery("limit", "100"))',
      '+\tkeys, err := h.store.Keys(c, c.Param("tenant"), limit)',
    ],
  ],
  [
    'app/controllers/offers_controller.rb',
    30,
    ['   def index', '-    render json: Offer.live', '+    render json: Offer.live.limit(30)', '   end'],
  ],
  [
    'OffersController.php',
    15,
    [
      '     public function index(Request $request)',
      '     {',
      '-        return Offer::live()->get();',
      '+        return Offer::live()->paginate(15);',
      '     }',
    ],
  ],
  [
    'UsersController.cs',
    25,
    [
      '     [HttpGet("users")]',
      '-    public Task<List<User>> Users(string team) => _store.Users(team);',
      '+    public Task<List<User>> Users(string team, [FromQuery] int pageSize = 25) => _store.Users(team, pageSize);',
    ],
  ],
  [
    'schema.graphql',
    20,
    [' type Query {', '-  shelves(hall: ID!): [Shelf!]!', '+  shelves(hall: ID!, first: Int = 20): [Shelf!]!', ' }'],
  ],
  [
    'src/feed.js',
    300,
    ['   const entries = await feed.entries(day);', '-  return entries;', '+  return entries.slice(0, 300);'],
  ],
];

/** File and lines of what gives out all that there is, as before. */
const WHOLE: [file: string, lines: string[]][] = [
  [
    // Pages that are followed to their end.
    'src/tariffs.ts',
    [
      '-  const rows = await db.query(`SELECT * FROM tariffs`);',
      '+  let cursor = 0;',
      '+  const rows = [];',
      '+  while (true) {',
      '+    const page = await db.query(`SELECT * FROM tariffs WHERE id > $1 ORDER BY id LIMIT 500`, [cursor]);',
      '+    if (page.length === 0) break;',
      '+    rows.push(...page);',
      '+    cursor = page.at(-1).id;',
      '+  }',
    ],
  ],
  [
    'sync.go',
    [
      '-\titems, err := client.List(ctx)',
      '+\tvar items []Item',
      '+\tfor {',
      '+\t\tpage, next, err := client.List(ctx, Page{Limit: 100, After: token})',
      '+\t\titems = append(items, page...)',
      '+\t\tif next == "" { break }',
      '+\t\ttoken = next',
      '+\t}',
    ],
  ],
  // A single one was wanted.
  [
    'app/seat.py',
    [
      '-    row = db.one("SELECT * FROM seats WHERE id = %s")',
      '+    row = db.one("SELECT * FROM seats WHERE id = %s LIMIT 1")',
    ],
  ],
  // Another amount than before.
  ['src/hosts.ts', ['-    take: 100,', '+    take: 500,']],
  // An endpoint that nobody asked so far.
  [
    'app/routes.py',
    [
      ' router = APIRouter()',
      '+@router.get("/recent")',
      '+async def recent(limit: int = 20):',
      '+    return await registry.recent(limit)',
    ],
  ],
  // Work that is done in parts.
  ['purge.sql', ['-DELETE FROM visits WHERE day < now()', '+DELETE FROM visits WHERE day < now() LIMIT 5000']],
  // Some of them, gone through to begin with.
  ['Warm.kt', ['     val samples = store.samples(day)', '+    for (sample in samples.take(500)) model.score(sample)']],
  // A text that is cut.
  ['src/title.ts', ['-  return title;', '+  return title.slice(0, 80);']],
  // Limits of other things.
  ['limits.yaml', ['   memory:', '+    limit: 500']],
  ['nginx.conf', [' server {', '+  limit_req rate limit 20']],
];

describe('answers that are shorter than before', () => {
  for (const [file, most, lines] of SHORTER)
    it(`are found where a change bounds what gave out everything (${file})`, () => {
      expect(whys(file, lines.join('\n')), lines.join('\n')).to.include(`limits its answers to ${most} items`);
    });

  it('are none where everything is given out in the end, or something else is bounded', () => {
    for (const [file, lines] of WHOLE) expect(whys(file, lines.join('\n')), lines.join('\n')).to.equal('');
  });

  it('show as things that those who ask do not find', () => {
    const [harm] = read(SHORTER[0]![0], SHORTER[0]![2].join('\n'));
    for (const said of [
      'accounts_deactivated_per_run',
      'zero_result_ratio',
      '310 removed (not in the feed)',
      'only 50 members',
    ])
      expect(harm!.shows.test(said), said).to.equal(true);
    for (const said of ['connection refused', 'request took 4100 ms', 'GET /x: 404 not found', 'disk full'])
      expect(harm!.shows.test(said), said).to.equal(false);
  });
});
