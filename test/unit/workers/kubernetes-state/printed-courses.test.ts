import { expect } from 'chai';
import { buildState } from '../../../../src/workers/kubernetes-state/build-state.ts';
import { concluded, inputOf, printed } from './conclude-evidence.ts';

const seriesOf = (command: string, output: string) =>
  buildState(inputOf('memory', [printed(command, output)]).evidence).series.map(({ labels, points }) => ({
    labels,
    points,
  }));
const minutes = (between: string, ...values: (number | string)[]): string =>
  values.map((value, at) => `2031-04-02T10:0${at}:00Z${between}${value}`).join('\n');

describe('the courses of metrics that tools print line by line', () => {
  it('are read as times and values, in columns of any kind, with what the query selects', () => {
    const query = `promql 'container_memory_working_set_bytes{pod="gate-7f6d9c8b5d-zz2xq",namespace="team"}'`;
    const expected = [
      { labels: { pod: 'gate-7f6d9c8b5d-zz2xq', namespace: 'team' }, points: ['1.5', '2', '3e8', '4', '5'] },
    ];
    for (const between of [' ', '\t', ' | ', ','])
      expect(seriesOf(query, `time${between}value\n${minutes(between, '1.5', 2, '3e8', 4, 5)}`)).to.deep.equal(
        expected,
      );
    const stamps = [1.5, 2, '3e8', 4, 5].map((value, at) => `19388492${40 + at} ${value}`).join('\n');
    expect(seriesOf(query, stamps)).to.deep.equal(expected);
  });

  it('are read as promtool prints them, one series after the other', () => {
    const text =
      'up{pod="gate-1"} =>\n1 @[1938849240.781]\n0 @[1938849255.781]\nup{pod="gate-2"} =>\n1 @[1938849240]\n';
    expect(seriesOf('promtool query range http://prometheus:9090 up', text)).to.deep.equal([
      { labels: { pod: 'gate-1' }, points: ['1', '0'] },
      { labels: { pod: 'gate-2' }, points: ['1'] },
    ]);
  });

  it('are no logs, no tables and no handful of numbers', () => {
    expect(seriesOf('cat app.log', `${minutes(' ', 1, 2, 3, 4, 5)}\n${'a line\n'.repeat(9)}`)).to.deep.equal([]);
    expect(seriesOf('cat app.log', minutes(' INFO ', 1, 2, 3, 4, 5))).to.deep.equal([]);
    expect(seriesOf('date', minutes(' ', 1, 2))).to.deep.equal([]);
  });

  it('tell every judge of metrics what they tell in the words of Prometheus', () => {
    const query = 'query_range container_memory_working_set_bytes{pod="gate-7f6d9c8b5d-zz2xq",namespace="team"}';
    const causeOf = (...values: number[]) =>
      concluded('gate uses much memory', [printed(query, minutes(' ', ...values))]).report.rootCause.statement;
    expect(causeOf(1e8, 1.4e8, 2e8, 2.6e8, 3.3e8, 4.1e8)).to.include('more and more memory');
    expect(causeOf(1e8, 1.1e8, 1e8, 1.2e8, 1.1e8, 1e8)).to.not.include('more and more memory');
  });
});
