import { expect } from 'chai';
import { changeSuspects } from '../../../../src/workers/changes/change-suspects.ts';
import { suspectChange } from '../../../../src/workers/changes/suspect-change.ts';
import { type Commit, type Complaint, incident, tidyDecoy } from '../../../fixtures/rca/change-incident.ts';

const relay = (diff: string): Commit => ({
  id: 'fe11',
  title: 'tidy: what the pier hands on',
  files: ['services/pier/relay.ts'],
  diff,
  deployed: ['pier', 12],
});
const LOSES_TIDE =
  '   const answer = await ask(url, {\n     headers: {\n-      "x-tide-id": session.tide,\n       accept: "text/csv",';

/** An incident at `tides`, where what `complaints` say is wrong, after a change in `pier`. */
const afterChange = (complaints: Complaint[], diff = LOSES_TIDE) =>
  incident({
    service: 'tides',
    metric: 'http_400_ratio',
    complaints,
    commits: [relay(diff), tidyDecoy('tides')],
  });

describe('who refuses what another one sends', () => {
  it('is not where the trouble began: whoever sends it otherwise than before is', () => {
    for (const body of ['400 for pier: x-tide-id is required, request %', 'refused pier, no tide in request %']) {
      const input = afterChange([{ service: 'tides', body }]);
      const { culprit } = suspectChange(input)!;
      expect(culprit?.live.id, body).to.equal('fe11');
      expect(culprit?.place).to.include({ score: 1, why: 'tides refuses what pier sends it', by: 'pier' });
      expect(culprit?.affects).to.deep.equal(['pier', 'tides']);
      const [first, second] = changeSuspects(input);
      expect([first?.service, second?.service]).to.deep.equal(['pier', 'tides']);
    }
  });

  it('is where it began where nobody of those sent it, or it fails itself', () => {
    for (const body of ['400: x-tide-id is required, request %', 'pier asks for tide %: connection reset'])
      expect(suspectChange(afterChange([{ service: 'tides', body }]))!.culprit, body).to.equal(null);
  });

  it('is where it began where what is sent is as it was', () => {
    const body = '400 for pier: x-tide-id is required, request %';
    expect(suspectChange(afterChange([{ service: 'tides', body }], '-  tidy(url);\n+  tidy(link);'))!.culprit).to.equal(
      null,
    );
  });
});
