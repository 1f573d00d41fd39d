/** How it shows that whoever is asked lacks any header. */
const ANY = String.raw`header\W{1,3}[\w-]+\W{1,3}(?:is |was )?(?:required|missing|not (?:set|sent|present|found|provided)|empty)|(?:missing|required|no|lacks|without) (?:the )?(?:required |request )?(?:header|metadata)\b|(?:missing|required|no)\W{1,3}[\w-]+\W{1,3}header\b|header (?:is )?(?:required|missing)`;

/** What goes wrong without headers of a kind, by what they say. */
const KINDS: { of: RegExp; usual: string[]; so: string; shows: string }[] = [
  {
    of: /forwarded|real-ip|client-ip|client-addr/,
    usual: ['x-forwarded-for'],
    so: 'all who come this way look like the same client, with one address for limits',
    shows: String.raw`\b429\b|_429_|too many (?:requests|attempts|sign|log)|rate.?limit\w*|limiter\w*|throttl\w*|(?:client|remote|source)s?[ _]?(?:addr|ip)\w*|clients?_seen|(?:same|unknown) (?:client|address|ip)|geo_?(?:ip|loc)\w*`,
  },
  {
    of: /authori[sz]ation|cookie|api-key|token|session|user/,
    usual: ['authorization'],
    so: 'whoever is asked does not know who asks',
    shows: String.raw`\b40[13]\b|_40[13]_|unauthori[sz]ed|unauthenticated|forbidden|anonymous|no (?:token|credentials|session)|not (?:signed|logged) in`,
  },
  {
    of: /trace|baggage|b3|request-id|correlation/,
    usual: [],
    so: 'nothing tells that the parts of a request belong together',
    shows: String.raw`orphan\w*|(?:no|without|missing) (?:a )?(?:parent|trace)\w*|root_spans\w*`,
  },
  {
    of: /idempoten/,
    usual: [],
    so: 'what is sent again is done again',
    shows: String.raw`\btwice\b|duplicate\w*|charged|double`,
  },
];

/** The words by which it shows that whoever is asked no longer gets headers, and what comes of that where all of them are of one kind: those of `names`, and where none are known the usual ones that are not kept. */
export function signsOfLostHeaders(
  names: string[],
  isKept: (header: string) => boolean,
): { shows: RegExp; so: string | null } {
  const kinds = KINDS.filter(
    ({ of, usual }) => names.some((name) => of.test(name)) || usual.some((name) => !isKept(name)),
  );
  const own = names.flatMap(signsOfName);
  const shows = new RegExp([ANY, ...own, ...kinds.map((kind) => kind.shows)].join('|'), 'i');
  const known = kinds.find(({ of }) => names.every((name) => of.test(name)));
  return { shows, so: names.length > 0 ? (known?.so ?? null) : null };
}

/** A header by its name, and by what it is about where that is said to be lacking. */
function signsOfName(name: string): string[] {
  const [about = ''] = name.replace(/^x-/, '').split('-');
  const lacks = String.raw`(?:no|missing|unknown|without|empty|unresolved) (?:an? )?${about}\b|\b${about}(?:[ _-]?id)?\b[^\n]{0,20}(?:missing|required|not (?:set|given|found)|unknown|undefined|null)`;
  return [String.raw`\b${name}\b`, ...(about.length >= LEAST_LETTERS ? [lacks] : [])];
}

const LEAST_LETTERS = 4;
