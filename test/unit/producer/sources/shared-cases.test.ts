import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'chai';
import { evaluatePayloads } from '../../../../scripts/eval/payloads.ts';
import { sharedCases } from '../../../support/shared-cases.ts';

type Label = { is_alert: boolean; state: string; class: string | null; also_ok: string[]; kind: string; file: string };

/** The labels say `firing` where the sender's own word is "resolved" or "ok": the body is believed. */
function contradicted(
  body: { status?: string; state?: string; alerts?: { status?: string }[] },
  label: Label,
): boolean {
  const own = body.alerts?.map((alert) => alert.status) ?? [body.state];
  return label.state === 'firing' && own.every((word) => word === 'resolved' || word === 'ok');
}

describe('the real payloads', () => {
  const file = sharedCases('alerts/labels.json');
  if (!file) {
    it('are not beside this repository: skipped');
    return;
  }
  const labels = JSON.parse(readFileSync(file, 'utf8')) as Record<string, Label>;
  const folder = dirname(file);
  for (const answer of evaluatePayloads(dirname(folder))) {
    const label = labels[answer.id]!;
    const body = JSON.parse(readFileSync(`${folder}/${label.file}`, 'utf8'));
    it(`${answer.id} is ${label.is_alert ? `an alert, ${label.state}` : 'no alert'}`, () => {
      expect(answer.is_alert).to.equal(label.is_alert);
      const expected = contradicted(body, label) ? 'resolved' : label.state;
      if (expected !== 'unknown') expect(answer.state).to.equal(expected);
      if (label.class) expect([label.class, ...label.also_ok]).to.include(answer.class);
    });
  }
});
