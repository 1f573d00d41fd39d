import { settingIn } from '../../kubernetes-state/logs/answer-rows.ts';
import { quote } from '../../kubernetes-state/quote.ts';
import type { PrintedState } from '../printed/printed-state.ts';
import type { StoryTeller } from '../story.ts';
import { noActions } from './story-parts.ts';

type Note = PrintedState['notes'][number];
/** Somebody who writes to a member that takes no writes: which one, why, and who takes them. */
type Misled = { member: string; why: string; primary: string; evidence: number[] };

/** How members that are no primary refuse writes. */
const REFUSED =
  /\b(?:not (?:primary|master)\b|NotWritablePrimary|NotPrimary|READONLY You can't write against a read only replica)[^\n"]{0,60}/;
/** A connection string that names one member of a replica set, or forbids the driver to look for others. */
const CONNECTION = /mongodb:\/\/(?:[^@/\s"']{1,200}@)?([^/\s"'?]{1,300})(?:\/[^\s"'?]{0,100})?(\?[^\s"']{0,300})?/g;

/** Clients that still write to the member that was the primary before an election or a failover. */
export const formerPrimary: StoryTeller = ({ printed: { notes, answers } }) => {
  const refused = notes.flatMap(({ text, evidence }) => {
    const found = REFUSED.exec(text)?.[0];
    return found ? [{ text: found.trim(), evidence }] : [];
  })[0];
  const misled = refused ? (misledByAddress(notes) ?? misledReplica(answers)) : null;
  if (!refused || !misled) return null;
  return {
    kind: 'former-primary',
    class: 'application',
    score: 0.92,
    server: misled.member,
    text: `Clients write to ${misled.member}, which is no longer the primary (a secondary refuses writes: ${quote(refused.text, 90)}): ${misled.why}, while the primary is ${misled.primary}`,
    brief: 'clients write to a former primary',
    evidence: [refused.evidence, ...misled.evidence],
    actions: noActions,
  };
};

/** The connection string of a client names a member of a replica set alone, and another member is its primary. */
function misledByAddress(notes: readonly Note[]): Misled | null {
  const primary = primaryOf(notes);
  if (!primary) return null;
  for (const { text, evidence } of notes)
    for (const [, hosts = '', options = ''] of text.matchAll(CONNECTION)) {
      const alone = !hosts.includes(',') && (/directConnection=true/i.test(options) || !/replicaSet=/.test(options));
      const member = hosts.split(':')[0]?.split('.')[0] ?? '';
      if (alone && member !== '' && member !== primary.name.split(/[.:]/)[0] && primary.members.includes(member))
        return {
          member,
          why: `the connection string names this one member only (${quote(hosts, 100)}${/directConnection=true/i.test(options) ? ', directConnection=true' : ''})`,
          primary: primary.name,
          evidence: [evidence, primary.evidence],
        };
    }
  return null;
}

/** What `rs.status()` says of the members of a set. */
function primaryOf(notes: readonly Note[]): { name: string; members: string[]; evidence: number } | null {
  for (const { text, evidence } of notes) {
    const members = [
      ...text.matchAll(
        /["']?name["']?\s*:\s*["']([\w.:-]{1,200})["'][\s\S]{0,300}?["']?stateStr["']?\s*:\s*["'](\w+)["']/g,
      ),
    ].map(([, name = '', state = '']) => ({ name, state }));
    const primary = members.find(({ state }) => state === 'PRIMARY');
    if (primary)
      return { name: primary.name, members: members.map(({ name }) => name.split(/[.:]/)[0] ?? ''), evidence };
  }
  return null;
}

/** A Redis that says of itself that it follows another one which is there. */
function misledReplica(answers: PrintedState['answers']): Misled | null {
  for (const { text, server, evidence } of answers) {
    const master = settingIn(text, 'master_host');
    if (settingIn(text, 'role') === 'slave' && settingIn(text, 'master_link_status') === 'up' && master && server)
      return {
        member: server,
        why: 'this Redis says of itself that it is a read-only replica (role:slave, master_link_status:up)',
        primary: master,
        evidence: [evidence],
      };
  }
  return null;
}
