import { expect } from 'chai';
import fc from 'fast-check';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { concluded, inputOf, printed } from '../conclude-evidence.ts';

const PODS =
  'NAME                      READY   STATUS    RESTARTS   AGE   IP           NODE\nbilling-7f6d9c8b5d-zz2xq  1/1     Running   0          3d    10.42.0.2    n1\nbroker-0                  1/1     Running   0          3d    10.42.0.9    n1\n';
const HEAD = 'GROUP  TOPIC  PARTITION  CURRENT-OFFSET  LOG-END-OFFSET  LAG  CONSUMER-ID  HOST  CLIENT-ID';
const row = (partition: number, lag: number, member = 'rdkafka-1 /10.42.0.2 rdkafka') =>
  `invoices  paid  ${partition}  500  ${500 + lag}  ${lag}  ${member}`;
const table = (...rows: string[]) => ['', HEAD, ...rows, ''].join('\n');
const COMMAND =
  'kubectl exec broker-0 -n team -- kafka-consumer-groups.sh --describe --all-groups --bootstrap-server :9092';
const recorded = (output: string, command = COMMAND) => [
  printed('kubectl get pods -n team -o wide', PODS),
  printed(command, output),
];

function top(output: string, command?: string) {
  const [first] = diagnose(inputOf('Lag of billing in namespace team grows', recorded(output, command))).diagnoses;
  return first ? { kind: first.kind, component: first.component, says: first.statement } : null;
}

describe('tables of consumer groups', () => {
  it('tell a group that nobody is in, by its rows and by the words of the broker', () => {
    const gone = top(table(row(0, 41_000, '- - -'), row(1, 40_500, '- - -')));
    expect(gone).to.include({ kind: 'consumers-gone' });
    expect(gone?.says).to.include('no active members').and.to.include('41000');
    const said = top(`Consumer group 'invoices' has no active members.\n${table(row(0, 41_000, '- - -'))}`);
    expect(said).to.include({ kind: 'consumers-gone' });
  });

  it('tell nobody of a group whose job reads by a schedule, as long as its runs do not fail', () => {
    const jobs = (status: string, completions: string): Parameters<typeof printed> => [
      'kubectl get cronjob,job -n team',
      `NAME                     SCHEDULE     TIMEZONE   SUSPEND   ACTIVE   LAST SCHEDULE   AGE\ncronjob.batch/invoices   5 * * * *    <none>     False     0        31m             80d\n\nNAME                           STATUS     COMPLETIONS   DURATION   AGE\njob.batch/invoices-29607985    ${status}   ${completions}           2m5s       31m\n`,
    ];
    const gone = table(row(0, 41_000, '- - -'), row(1, 40_500, '- - -'));
    const confidence = (...listed: Parameters<typeof printed>[]) =>
      diagnose(
        inputOf('Lag of invoices in namespace team', [...recorded(gone), ...listed.map((one) => printed(...one))]),
      ).diagnoses.find(({ kind }) => kind === 'consumers-gone')?.confidence;
    expect(confidence(jobs('Complete', '1/1'))).to.be.lessThan(0.3);
    expect(confidence()).to.be.greaterThan(0.6);
  });

  it('tell one partition that stands still, with the workload that has the address of its consumer', () => {
    const stuck = top(table(row(0, 2), row(1, 0), row(2, 91_000)));
    expect(stuck).to.include({ kind: 'partition-stuck', component: 'billing' });
    expect(stuck?.says).to.include('partition 2 has a lag of 91000');
  });

  it('tell why it stands still where a log complains of the very record at which it does', () => {
    const why = (offset: number) =>
      diagnose(
        inputOf('Lag of billing in namespace team grows', [
          ...recorded(
            table(row(0, 2), row(1, 0), 'invoices  paid  2  3318207  3409207  91000  rdkafka-1 /10.42.0.2 rdkafka'),
          ),
          printed(
            'kubectl logs billing-7f6d9c8b5d-zz2xq -n team',
            `ERROR Error deserializing VALUE for partition paid-2 at offset ${offset}\n`.repeat(3),
          ),
        ]),
      ).diagnoses.find(({ kind }) => kind === 'partition-stuck');
    expect(why(3_318_207)?.statement).to.include('its record at offset 3318207 cannot be processed');
    expect(why(3_318_207)?.confidence).to.be.greaterThan(0.7);
    expect(why(3_318_211)?.statement).to.include('or a consumer that hangs');
  });

  it('tell a group that falls behind on all of them', () => {
    expect(top(table(row(0, 9000), row(1, 8800), row(2, 9100)))).to.include({
      kind: 'consumer-lag',
      component: 'billing',
    });
  });

  it('are read without kubectl, too', () => {
    const command = 'kafka-consumer-groups --bootstrap-server broker:9092 --describe --group invoices';
    expect(top(table(row(0, 9000), row(1, 8800)), command)).to.include({ kind: 'consumer-lag' });
  });

  it('show that an alert about consumers is over where nobody is behind', () => {
    const verdict = (output: string) => concluded('KafkaRebalance billing', recorded(output)).report.verdict;
    expect(verdict(table(row(0, 2), row(1, 0)))).to.equal('healthy');
    expect(verdict(table(row(0, 20_000), row(1, 21_000)))).to.not.equal('healthy');
  });

  it('never fail, whatever stands in them', () => {
    const cell = fc.constantFrom('-', '0', '12', '9999', 'invoices', '/10.42.0.2', '', '  ', HEAD);
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 11 }), { maxLength: 8 }), (rows) => {
        top([HEAD, ...rows.map((cells) => cells.join(' '))].join('\n'));
      }),
    );
  });
});
