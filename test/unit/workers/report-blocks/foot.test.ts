import { expect } from 'chai';
import { foot, whereWhole } from '../../../../src/workers/report-blocks/foot.ts';
import { sampleView } from './sample-views.ts';

describe('foot', () => {
  it('leads to the page of the incident where it is known', () => {
    const view = sampleView({ pageUrl: 'https://rca.example.com/a|b&c/incidents/1' });
    const elements = foot(view).elements as { type: string; text: string }[];
    expect(elements[1]).to.deep.equal({
      type: 'mrkdwn',
      text: '<https://rca.example.com/a%7Cb&amp;c/incidents/1|Evidence, charts and all details>',
      verbatim: true,
    });
    expect(whereWhole(view)).to.equal('https://rca.example.com/a|b&c/incidents/1');
  });

  it('has no link where it is not', () => {
    const view = sampleView();
    expect(foot(view).elements).to.have.length(1);
    expect(whereWhole(view)).to.match(/^GET \/api\/incidents\//);
  });
});
