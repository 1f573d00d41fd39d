/** Words that mean the same trouble are one word: a message says "deadline exceeded" where the code says `timeout`. */
const SAME: Record<string, string> = Object.fromEntries(
  [
    'timeout deadline timedout',
    'connection connections conn conns connect',
    'memory mem heap oom oomkilled',
    'lock mutex deadlock locked locking',
    'database db sql',
    'unauthorized unauthenticated 401 credential credentials',
    'forbidden 403 permission permissions denied',
    'retry retries retrying attempt attempts backoff',
    'certificate cert tls ssl x509',
    'dns resolve resolver nxdomain lookup',
    'cpu throttle throttled throttling',
    'queue backlog lag consumer consumers',
    'ratelimit 429 quota',
    'expire expired expiry expires expiration exp',
    'config configuration setting settings',
    'delete deleted remove removed drop dropped',
  ].flatMap((group) => group.split(' ').map((word) => [word, group.split(' ')[0]!])),
);

const MAX_TEXT = 20_000;

/** Words of every program and every message; they tell nothing of a mechanism. */
const COMMON = new Set(
  (
    'the and for not with from this that are was has have been will can could did does its into onto over under than then too out off ' +
    'return func function def class var let const int int64 int32 uint string str bool boolean float float64 nil null none true false ' +
    'err error errors ctx context req request requests res resp response new else elif case switch for while range import package ' +
    'public private static void type struct interface map any self args len append make copy async await try catch throw throws ' +
    'failed fail failing failure failures exceeded handled handle handler handling service services server client pkg src internal lib ' +
    'main app api http https get set put post www com fix feat chore refactor docs test tests style perf build helper helpers tidy add ' +
    'adds added update updated change changed changes use used using value values data name names info warn warning debug log logs ' +
    'logger message msg code status count total per sec second seconds min minute minutes max number num ratio pct percent rate avg mean ' +
    'upstream downstream call calls called user users host port yaml json version simplify move extract bump adjust support enable enabled disable ' +
    'object key keys item items list array result results returned returning invalid unable cannot got should would when where time times duration start started stop id ids first last each via ' +
    'after before again while during without within until since against between through because only still never always once every both more most less least few many much other another found next previous running runs run here there very back down all instead default defaults ' +
    // Languages and the folders of their stack traces.
    'java javax jar kotlin scala python ruby php golang rust javascript typescript dotnet org usr opt srv workspace dist vendor packages site'
  ).split(' '),
);

/**
 * The telling words of a text, be it prose, code or a path, with how each was first written: identifiers taken apart, endings cut,
 * synonyms made one, common words left out.
 */
export function tellingWords(text: string): Map<string, string> {
  const words = new Map<string, string>();
  for (const [raw] of text.slice(0, MAX_TEXT).matchAll(/[A-Za-z][A-Za-z]+\d*|\b[45]\d\d\b/g)) {
    for (const part of splitIdentifier(raw)) {
      const word = canonical(part);
      if (word && !words.has(word)) words.set(word, part);
    }
  }
  for (const [name] of text.slice(0, MAX_TEXT).matchAll(COMPOUND)) {
    const whole = name.replace(/[_-]/g, '').toLowerCase();
    if (whole.length >= 8 && !words.has(whole)) words.set(whole, name);
  }
  return words;
}

/** Names of several words (`maxOpenFiles`, `tracking_code`): the same name on both sides is no chance, however common its words. */
const COMPOUND = /\b[A-Za-z]+(?:_[A-Za-z]+)+\b|\b[a-z]+(?:[A-Z][a-z]+)+\b|\b[A-Z][a-z]+(?:[A-Z][a-z]+)+\b/g;

function splitIdentifier(identifier: string): string[] {
  return identifier
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(' ');
}

function canonical(word: string): string | null {
  const same = Object.hasOwn(SAME, word) ? SAME[word]! : null;
  if (same) return same;
  if (word.length < 3 || COMMON.has(word)) return null;
  const stem = word.replace(/(?:at(?:e|es|ed|ing|ions?|ors?)|ments?|ings?|ers?|ies|ed|es|s|y|e)$/, '');
  return stem.length >= 3 ? stem : word;
}
