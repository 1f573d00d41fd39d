import { knownComplaints } from '../../localisation/known-complaints.ts';
import type { DetectorInput } from '../detector.ts';
import { sameName } from './names.ts';
import { oneLine } from './text.ts';

/** What a machine says of a part of its own that fails. */
export type MachineTrouble = {
  /** As a clause: `its disk fails`. */
  what: string;
  /** The line itself. */
  said: string;
  /** Epoch ms of its first line. */
  at: number;
  evidence: number;
};

/** What kernels and the programs that watch hardware write, the plainest first. */
const PARTS: { what: string; words: RegExp }[] = [
  {
    what: 'its disk fails',
    words:
      /\bcritical medium error\b|\bsense key\W{1,3}medium error\b|\bmedium error,? (?:dev|sector)\b|\bunrecovered (?:read|write) error\b|\bI\/O error,? (?:dev|on dev\w*|reading|writing)\b|\bbuffer I\/O error\b|\bfailed command: (?:READ|WRITE|FLUSH)|\bata\d+(?:\.\d+)?: (?:exception|failed|error|hard resetting)|\b(?:pending\)?|uncorrectable|reallocated|bad) sectors?\b|\bbad blocks?\b|\b(?:smart(?:d|ctl)\b|smart\b.{0,20}\b(?:attribute|health|self-?test|status)\b).{0,80}\b(?:fail(?:ed|ing|ure)|pre-?fail\w*|exceeded)\b|\bnvme\d+\w*:? .{0,60}\b(?:timeout|controller is down|resetting controller|critical warning)/i,
  },
  {
    what: 'an array of its disks has lost one',
    words:
      /\bmd\/?raid\w*:? ?.{0,60}\b(?:disk failure|degraded|failed)\b|\b(?:raid|array|vdev|zpool)\b.{0,40}\b(?:degraded|faulted)\b/i,
  },
  {
    what: 'its file system has failed',
    words:
      /\bremount\w* (?:the )?(?:file ?system )?read-?only\b|\bEXT[234]-fs(?: \([\w-]+\))?:? ?(?:error|warning.{0,40}I\/O)|\bXFS\b.{0,60}\b(?:metadata I\/O error|corruption|shutting down file ?system)|\bBTRFS\b.{0,60}\b(?:forced readonly|checksum|corrupt)|\bJBD2\b.{0,60}\b(?:error|abort)/i,
  },
  {
    what: 'its memory or processor reports errors of the hardware',
    words:
      /\bEDAC\b.{0,80}\b(?:CE|UE|errors?)\b|\b(?:un)?correct(?:ed|able) (?:memory|ECC|DRAM|hardware) errors?\b|\bECC\b.{0,40}\berrors?\b|\bmachine check (?:exception|error|event)s?\b|\bMCE\b.{0,40}\berrors?\b|\[Hardware Error\]/i,
  },
  {
    what: 'its network card or the link of it fails',
    words:
      /\bNETDEV WATCHDOG\b|\btransmit queue \d+ timed out\b|\bdetected (?:tx|hardware) unit hang\b|\b(?:NIC )?link is down\b|\b(?:lost carrier|carrier lost)\b|\breset adapter\b/i,
  },
  {
    what: 'its processor is slowed down because it is too hot',
    words: /\btemperature above threshold\b|\bcpu clock throttled\b|\bthermal (?:throttl\w*|shutdown|event)\b/i,
  },
  { what: 'its graphics processor fails', words: /\bNVRM: Xid\b|\bfallen off the bus\b/i },
];
const MAX_SAID = 120;

/** What a machine itself, or who watches it, began to say of its hardware; null where it says nothing of the kind. */
export function machineTrouble(input: DetectorInput, names: string[]): MachineTrouble | null {
  const lines = knownComplaints(input).filter(({ service, body, attributes }) => {
    const about = `${body} ${Object.values(attributes).join(' ')}`.toLowerCase();
    return names.some((name) => sameName(service, name) || isNamed(name, about));
  });
  for (const { what, words } of PARTS) {
    const said = lines.find(({ body }) => words.test(body));
    if (said) return { what, said: oneLine(said.body, MAX_SAID), at: said.at, evidence: said.evidence };
  }
  return null;
}

const isNamed = (name: string, about: string): boolean =>
  about.split(/[^a-z\d._-]+/).some((word) => word === name.toLowerCase() || word.split('.')[0] === name.toLowerCase());
