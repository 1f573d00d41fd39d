import type { InProcessFleet } from '../fleet-in-process.ts';
import { renderBlocksForTerminal } from '../render-terminal.ts';

const ansi = process.stdout.isTTY === true;
const started = Date.now();

/** One line of the demo's story, with the seconds since its start. */
export function say(line: string): void {
  console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s  ${line}`);
}

type Reply = { text: string; blocks?: unknown[] | null; files?: { title: string }[] };

/** A Slack thread as it stands: the alert and every reply. */
export function printRca(alert: string, thread: Reply[]): void {
  console.log(`\n${'═'.repeat(100)}\n#alerts  ${alert}\n${'─'.repeat(100)}`);
  for (const reply of thread.slice(1)) {
    const pictures = (reply.files ?? []).map(({ title }) => `[picture] ${title}`);
    const said = reply.blocks?.length ? renderBlocksForTerminal(reply.blocks, { ansi }) : reply.text;
    console.log([said, ...pictures].filter(Boolean).join('\n'));
  }
  console.log(`${'═'.repeat(100)}\n`);
}

/** Where to look around while the demo is up. */
export function printAddresses(slackUrl: string, fleet: InProcessFleet): void {
  const lines = [
    ['Slack channel (simulated)', slackUrl],
    ['Bull Board', `${fleet.producer}/queues   (admin token: ${fleet.adminToken})`],
    ['page of an incident', `${fleet.producer}/incidents/ID   (linked below each RCA in Slack)`],
    ['incident API', `curl -H "Authorization: Bearer ${fleet.adminToken}" ${fleet.producer}/api/incidents`],
    ['metrics', `${fleet.producer}/metrics and ${fleet.workers}/metrics`],
    ['health', `${fleet.producer}/readyz and ${fleet.workers}/readyz`],
  ];
  console.log(
    `\nThe fleet stays up; Ctrl-C ends it.\n${lines.map(([what, where]) => `  ${what!.padEnd(26)} ${where}`).join('\n')}\n`,
  );
}
