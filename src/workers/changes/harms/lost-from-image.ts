import { oneLine } from '../../detectors/support/text.ts';
import { type Consequence, type ReadChange, signedLines } from './harm.ts';

/** Something that programs need from the image they run in: how lines bring it along, and how it shows that it is not there. */
type Part = { what: string; brought: RegExp; shows: RegExp };

const PARTS = {
  roots: {
    what: 'root certificates (CA bundle)',
    brought:
      /ca-certificates|ca-?bundle|cacert|mozilla-ca|\/etc\/(?:ssl|pki)\b|x509roots|certifi\b|webpki-roots|(?:SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS|REQUESTS_CA_BUNDLE)\b/i,
    shows:
      /unknown authority|unable to get (?:local )?issuer|unable to verify the first certificate|PKIX path|trustAnchors|UnknownIssuer|(?:system|root) (?:roots|certificates?)|certificate[_ ]verify[_ ]failed|self[- ]signed certificate in|PartialChain|no (?:native )?root CA|error setting certificate (?:verify|file)/i,
  },
  zones: {
    what: 'time zones (tzdata)',
    brought: /tzdata|zoneinfo/i,
    shows:
      /unknown time ?zone|time ?zone[^\n]{0,60}(?:not found|not recogni[sz]ed|invalid)|(?:no|invalid) time ?zone|ZoneInfoNotFound|TimeZoneNotFound|ZoneRulesException|InvalidTimezone|DataSourceNotFound/i,
  },
  cultures: {
    what: 'languages and cultures (ICU, locales)',
    brought: /\blocales(?:-all)?\b|locale-gen|localedef|\bicu(?:-\w+)?\b|libicu\w*|glibc-(?:langpack|locale)[\w-]*/i,
    shows:
      /valid ICU package|CultureNotFound|globali[sz]ation|unsupported locale|setlocale|cannot change locale|codec can't (?:en|de)code/i,
  },
  fonts: {
    what: 'fonts',
    brought: /\bfont(?:s-|config)|\bttf-|[\w-]+-fonts?\b/i,
    shows:
      /font ?config|\bfonts?\b[^\n]{0,60}(?:not found|null|missing|available)|no fonts?\b|sun\.font|cannot find font/i,
  },
  libraries: {
    what: 'shared libraries',
    brought: /\blib(?!rar|exec)[a-z]\w{2,}|\b[\w+]+-libs\b|\bgcompat\b|\.so\b/i,
    shows:
      /shared (?:object|librar\w+)|UnsatisfiedLink|DllNotFound|LoadLibrary|\bdlopen\b|GLIBC\w*['` ]|Error relocating|symbol not found|\blib[\w+.-]+\.so\b|ld-(?:linux|musl)/i,
  },
  shell: {
    what: 'a shell and its tools',
    brought: /\b(?:bash|busybox|coreutils|dash)\b/i,
    shows:
      /(?:\b(?:ba|da)?sh\b|\bcurl\b|\bwget\b|\bcat\b|\benv\b)["']?:? (?:executable file not found|not found|no such file)|(?:exec|spawn|stat|run(?: program)?)[ :]+["']?(?:\/(?:usr\/)?bin\/)?(?:(?:ba|da)?sh|curl|wget|cat|env)\b/i,
  },
} as const satisfies Record<string, Part>;

type PartName = keyof typeof PARTS;
const ALL = Object.keys(PARTS) as PartName[];

/** What images have by themselves, the first that fits; of all others nothing is known to lack. */
const BASES: readonly { is: RegExp; has: readonly PartName[] }[] = [
  { is: /^scratch$/i, has: [] },
  { is: /distroless.*\/?static|chainguard\/static|\/static(?:-debian\d+)?(?::|@|$)/i, has: ['roots', 'zones'] },
  { is: /distroless|chainguard\/|cgr\.dev\//i, has: ['roots', 'zones', 'libraries', 'cultures'] },
  { is: /(?:^|\/)busybox(?::|@|$)/i, has: ['shell'] },
  { is: /alpine/i, has: ['roots', 'shell'] },
  { is: /(?:^|\/)(?:debian|node):[\w.]*(?:-\w+)?-slim|ubi-?\d*-micro/i, has: ['zones', 'cultures', 'shell'] },
  { is: /(?:^|\/)ubuntu(?::|@|$)/i, has: ['libraries', 'cultures', 'shell'] },
  { is: /slim|minimal/i, has: ['roots', 'zones', 'cultures', 'shell'] },
];
/** Official images whose whole distribution comes along, and what nearly all programs get from there. */
const FULL: readonly PartName[] = ['roots', 'zones', 'libraries', 'cultures', 'shell'];

const IMAGE_FILE =
  /(?:^|\/)(?:[\w.-]+\.)?(?:Docker|Container|Earth)file(?:\.[\w-]+)?$|(?:^|\/)(?:\.ko|apko|melange|[\w-]*\.apko)\.ya?ml$|\.nix$|\.ko\.ya?ml$|(?:^|\/)(?:BUILD|MODULE)(?:\.bazel)?$/i;
const BASE =
  /^\s*(?:FROM\s+(?:--platform=\S+\s+)?(?<from>\S+)(?:\s+AS\s+(?<stage>[\w-]+))?\s*$|defaultBaseImage:\s*["']?(?<ko>[^\s"']+)|(?:base|fromImage)\s*=\s*["'@]+(?<rule>[\w./:-]+))/i;
/** Stages in which programs are built, and that are left behind. */
const BUILDS = /build|compil|deps|dependenc|test|dev\b|lint|cache|install/i;
const INSTALLS = /\b(?:apk\b.*\badd|(?:apt-get|apt|dnf|yum|microdnf|tdnf|zypper)\b.*\binstall)\b/i;
/** What else stands in a line that installs something. */
const NO_PACKAGE =
  /^(?:run|apk|add|apt-get|apt|dnf|yum|microdnf|tdnf|zypper|install|update|upgrade|clean|all|rm|rf|var|lib|lists|cache|no|recommends|true|sudo|virtual|deps)$/i;

/** The image that the program itself runs in, by its line in a file that builds one; undefined where these lines do not tell. */
function baseIn(lines: string[], whole: string): string | undefined {
  return lines
    .flatMap((line) => {
      const { from, stage, ko, rule } = BASE.exec(line)?.groups ?? {};
      const isLeft =
        stage !== undefined &&
        (BUILDS.test(stage) || new RegExp(String.raw`--from=${stage}\b|^[ +]FROM ${stage}\b`, 'im').test(whole));
      const image = from ?? ko ?? rule;
      return image === undefined || isLeft ? [] : image;
    })
    .at(-1);
}

const partsOf = (base: string): readonly PartName[] => BASES.find(({ is }) => is.test(base))?.has ?? FULL;

const COMMENT = /^\s*(?:#|\/\/)/;
/** How lines of a file that builds an image begin, where a change holds other files as well. */
const OF_IMAGE = /^\s*(?:RUN|COPY|ADD|ENV|&&|-\s)|\\\s*$/;

const brings = (lines: string[], part: PartName): boolean => lines.some((line) => PARTS[part].brought.test(line));

/**
 * An image that no longer has what programs take from it: a smaller base without root certificates, time zones, libraries or a shell, or packages
 * and files that are no longer put into it. What the new base has by itself, or other lines bring, is not lost; a stage that only builds is left out.
 */
export function lostFromImage({ detail, files }: Pick<ReadChange, 'detail' | 'files'>): Consequence[] {
  if (!files.some((file) => IMAGE_FILE.test(file))) return [];
  const isWhole = files.every((file) => IMAGE_FILE.test(file));
  const { removed, added, context } = linesOf(detail, isWhole);
  const [was, is] = [baseIn([...context, ...removed], detail), baseIn([...context, ...added], detail)];
  const taken = removed.filter((line) => !BASE.test(line));
  const now = [...added, ...context];
  const switched = was !== undefined && is !== undefined && was !== is;
  const isThere = (part: PartName) => brings(now, part) || (is !== undefined && partsOf(is).includes(part));
  const lost = ALL.filter(
    (part) => (brings(taken, part) || (switched && partsOf(was).includes(part))) && !isThere(part),
  );
  const how = switched ? ` (now from ${oneLine(is, 60)})` : '';
  return [
    ...lost.map((part) => ({
      why: `its image no longer has ${PARTS[part].what}${how}`,
      shows: PARTS[part].shows,
      isPlain: true,
    })),
    ...lostPrograms(removed, now),
    ...(switched && otherLibrary(was, is) ? [OTHER_LIBRARY] : []),
  ];
}

function linesOf(detail: string, isWhole: boolean): ReturnType<typeof signedLines> {
  const { removed, added, context } = signedLines(detail);
  const isOfImage = (line: string) =>
    !COMMENT.test(line) && (isWhole || OF_IMAGE.test(line) || INSTALLS.test(line) || BASE.test(line));
  const told = (lines: string[]) => lines.filter((line) => !COMMENT.test(line));
  return { removed: removed.filter(isOfImage), added: told(added), context: told(context) };
}

const MOST_PROGRAMS = 20;

/** Packages that are no longer installed, as programs that others start by their name. */
function lostPrograms(removed: string[], now: string[]): Consequence[] {
  const packagesIn = (lines: string[]): string[] =>
    lines
      .filter((line) => INSTALLS.test(line))
      .flatMap((line) => line.match(/(?<![\w/=-])[a-z][\w.+]{1,30}(?:-[\w.+]+)*/gi) ?? []);
  const kept = new Set(packagesIn(now));
  const names = [...new Set(packagesIn(removed))].filter(
    (name) => !kept.has(name) && !NO_PACKAGE.test(name) && !ALL.some((part) => PARTS[part].brought.test(name)),
  );
  if (names.length === 0) return [];
  const programs = names.slice(0, MOST_PROGRAMS).map((name) => RegExp.escape(name));
  const gone = `\\b(?:${programs.join('|')})\\b["'\`]?`;
  const shows = new RegExp(
    `${gone}:? (?:executable file not found|(?:command )?not found|no such file)|(?:exec|spawn|run program|not found:|no such file or directory:)[ :]+["'\`]?(?:[\\w/]*/)?${gone}`,
    'i',
  );
  return [{ why: `its image no longer has ${oneLine(names.slice(0, 4).join(', '), 60)}`, shows, isPlain: true }];
}

/** Programs that were linked against the one C library do not start on the other. */
const OTHER_LIBRARY: Consequence = {
  why: 'its image has another C library (musl, glibc)',
  shows:
    /GLIBC\w*|ld-(?:linux|musl)|Error relocating|symbol not found|exec format|exec \S+: no such file|shared (?:object|librar\w+)|UnsatisfiedLink|\blib[\w+.-]+\.so\b|segmentation fault|SIGSEGV/i,
  isPlain: true,
};
const isMusl = (base: string): boolean => /alpine|musl/i.test(base);
const otherLibrary = (was: string, is: string): boolean => isMusl(was) !== isMusl(is) && is !== 'scratch';
