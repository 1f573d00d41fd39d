import { came, gone, type HarmRule, shrinks, some } from './lines.ts';

const ORIGINS = /\borigins?\b|allow[._-]?origin|Access-Control|CORS/i;
const COOKIES = /samesite|cookie_?(?:domain|secure|path|name)|__Host-|\bSecure\b/i;
const TOKENS =
  /audience|\baud\b|issuer|\biss\b|leeway|clock_?(?:skew|tolerance)|algorithms?\b(?!\s*[:=]\s*:?(?:concurrently|default|copy|inplace|instant)\b)|jwks|verify_(?:aud|exp|iat)/i;
const SIZES =
  /\blimit:\s*["']\d|client_max_body_size|client_header_buffers|max_?(?:body|request|payload|message|upload|header|http_header)\w*size|max[._-]?request|bodyLimit|maxHttpPostSize|@(?:Size|Length|Max)\(|max_length|maxLength|VARCHAR\(/i;
const ACCEPTS =
  /\bPATTERN\b|\b[A-Z_]{3,} = \/|\bRegex\w*\(|re\.compile|Pattern\.compile|@Pattern|=~|\.match\w*\(|validates?\b|"required"|\bpattern["']?\s*:|\bregexp?\b|\.test\(/;

/** How readers of data are told to refuse what they do not know. */
const REFUSES_UNKNOWN =
  /\bstrictObject\(|\.strict\(\)|\badditionalProperties["']?\s*[:=]\s*false|\bextra\s*=\s*["']?(?:Extra\.)?forbid|FAIL_ON_UNKNOWN_PROPERTIES[^\n]{0,4}(?:true|\))|deny_unknown_fields|DisallowUnknownFields\(|forbidNonWhitelisted["']?\s*:\s*true|\.noUnknown\(|UnmappedMemberHandling\.Disallow|MissingMemberHandling\.Error|stripUnknown["']?\s*:\s*false/;

/** Who is let in, and what is taken from them. */
export const OF_ACCESS: readonly HarmRule[] = [
  {
    why: 'it lets other origins in than before',
    when: ({ removed, added }) => some(removed, ORIGINS) && (added.length === 0 || some(added, ORIGINS)),
    shows: /\bCORS\b|\borigin\b[^\n]{0,60}(?:not allowed|denied|blocked|rejected)|preflight/i,
  },
  {
    why: 'its cookies are sent in fewer places',
    when: ({ removed, added }) => some([...removed, ...added], COOKIES),
    shows:
      /cookie|csrf|session (?:is )?(?:missing|lost|not found|expired|unknown)|no session|login loop|state mismatch/i,
  },
  {
    why: 'it checks tokens by other rules',
    when: ({ removed, added }) => some(removed, TOKENS) || some(added, TOKENS),
    shows:
      /audience|issuer|not (?:yet|before)[^\n]{0,20}valid|not yet valid|\biat\b|\bnbf\b|token (?:is|has)? ?(?:invalid|expired|used before)|invalid token|algorithm|unauthori[sz]ed|\b401\b|signature/i,
  },
  {
    why: 'it takes only smaller requests or values',
    when: (lines) => gone(lines, SIZES) || shrinks(lines, SIZES, 2),
    shows:
      /too (?:large|long|big)|PayloadTooLarge|EntityTooLarge|\b413\b|\b431\b|\b414\b|maximum (?:upload|request|length|size)|size must be|exceeds? (?:the )?(?:maximum|limit)|max(?:imum)? (?:body|size|length)|long header/i,
  },
  {
    why: 'it accepts other values than before',
    when: (lines) => some(lines.removed, ACCEPTS) && some(lines.added, ACCEPTS),
    shows:
      /\bis(?: not)? (?:in)?valid\b|invalid (?:format|value)|does not match|\b422\b|validation|not accepted|malformed|rejected[^\n]{0,30}(?:value|field|format)|required/i,
  },
  {
    why: 'it offers other versions of TLS or ciphers',
    when: ({ removed, added }) =>
      some([...removed, ...added], /MinVersion|ssl_protocols|min_?(?:tls|version)|cipher|TLSv1/i),
    shows:
      /unsupported (?:versions?|protocol)|no (?:shared|common) cipher|protocol version|handshake failure|tls: client offered|SSL_ERROR|wrong version number/i,
  },
  {
    why: 'it refuses whoever sends more than it knows (unknown fields)',
    when: (lines) => came(lines, REFUSES_UNKNOWN),
    told: REFUSES_UNKNOWN,
    shows:
      /unrecogni[sz]ed[_ ]?(?:keys?|fields?|propert)|unknown (?:key|field|propert|argument|parameter|attribute)\w*|additional ?propert|extra (?:fields?|inputs?|keys?) (?:are )?not (?:allowed|permitted)|extra_forbidden|unexpected (?:key|field|propert)\w*|property \w+ should not exist|is not allowed/i,
  },
  {
    why: 'its pages and answers may no longer be kept by caches in between',
    when: (lines) =>
      came(lines, /no-store|no-cache|max-age=0\b|cache.?control.{0,60}\bprivate\b|\bprivate,\s*(?:max-age|must)/i) ||
      shrinks(lines, /\b(?:default|min|max)_ttl\b|s-maxage|max-age/i, 3),
    shows: /cdn|origin|edge|hit.?rat|miss(?!ing)|rendered|cache_|_cache|egress/i,
  },
];
