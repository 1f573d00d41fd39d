import { expect } from 'chai';
import { makeAlert } from '../../../../scripts/eval/cases/make-alert.ts';
import { concluded, printed } from '../kubernetes-state/conclude-evidence.ts';

const verdict = (title: string, command: string, answer: string): string =>
  concluded(makeAlert({ title }), [printed(command, answer)], 'database').report.verdict;

const status = (alarms: string, used: string) =>
  `Status of node rabbit@relay-mq-0 ...\nAlarms\n\n${alarms}\n\nMemory\n\nTotal memory used: ${used} gb\nMemory high watermark setting: 0.6 of available memory, computed to: 4.8 gb\n\nFree Disk Space\n\nLow free disk space watermark: 0.05 gb\nFree disk space: 31.4 gb\n`;

describe('a broker that is shown to be well', () => {
  it('has no alarm and room for more', () => {
    const asked = 'kubectl exec -n ops relay-mq-0 -- rabbitmqctl status';
    const title = 'RabbitMQ memory of relay-mq above 1 GB';
    expect(verdict(title, asked, status('(none)', '1.3'))).to.equal('healthy');
    expect(verdict(title, asked, status('(none)', '4.7'))).not.to.equal('healthy');
    expect(verdict(title, asked, status('Memory alarm on node rabbit@relay-mq-0', '4.9'))).not.to.equal('healthy');
  });

  it('has queues that are read', () => {
    const asked = 'kubectl exec -n ops relay-mq-0 -- rabbitmqctl list_queues name messages_ready consumers';
    const title = 'RabbitMQ queue depth of relay-mq above 50';
    expect(verdict(title, asked, 'name\tmessages_ready\tconsumers\nfax\t4\t2\n')).to.equal('healthy');
    expect(verdict(title, asked, 'name\tmessages_ready\tconsumers\nfax\t4\t0\n')).not.to.equal('healthy');
    expect(verdict(title, asked, 'name\tmessages_ready\tconsumers\nfax\t810\t2\n')).not.to.equal('healthy');
  });
});

describe('a pool that is shown to be well', () => {
  it('has connections for whoever comes', () => {
    const pools = (waiting: number, idle: number) =>
      ` database | user | cl_active | cl_waiting | sv_active | sv_idle | maxwait\n----------+------+-----------+------------+-----------+---------+---------\n toll | app | 140 | ${waiting} | 5 | ${idle} | 0\n(1 row)\n`;
    const asked = 'psql -h toll-pooler -p 6432 pgbouncer -c "show pools"';
    expect(verdict('Client connections of toll-pooler above 100', asked, pools(0, 15))).to.equal('healthy');
    expect(verdict('Client connections of toll-pooler above 100', asked, pools(3, 15))).not.to.equal('healthy');
    expect(verdict('Client connections of toll-pooler above 100', asked, pools(0, 0))).not.to.equal('healthy');
  });
});
