import { expect } from 'chai';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from './conclude-evidence.ts';

const PODS =
  'NAME                      READY   STATUS    RESTARTS   AGE   IP           NODE\nweb-7f6d9c8b5d-zz2xq      1/1     Running   0          3d    10.42.0.2    n1\nstock-6d5c8b7f9d-4xk2p    1/1     Running   0          3d    10.42.0.3    n1\nprice-5c9d8f7b6b-x9k2m    1/1     Running   0          3d    10.42.0.4    n2\n';
const WEB = 'web-7f6d9c8b5d-zz2xq';

function top(...terminal: [command: string, output: string][]) {
  const recorded = [
    printed('kubectl get pods -n team -o wide', PODS),
    ...terminal.map(([command, output]) => printed(command, output)),
  ];
  const [first] = diagnose(inputOf('Users of web in namespace team see errors and wait', recorded)).diagnoses;
  return first ? { component: first.component, says: first.statement, class: first.class, kind: first.kind } : null;
}
const exec = (command: string): string => `kubectl exec -n team ${WEB} -- ${command}`;
const logs = (pod: string): string => `kubectl logs ${pod} -n team`;

describe('delay and loss in recorded text', () => {
  it('ping tells of loss towards its target, and nothing where no packet is lost', () => {
    const output = (lost: number) =>
      `PING stock (10.42.0.3): 56 data bytes\n\n--- stock ping statistics ---\n10 packets transmitted, ${10 - lost / 10} packets received, ${lost}% packet loss\nround-trip min/avg/max = 0.3/0.4/0.5 ms\n`;
    expect(top([exec('ping -c 10 stock'), output(40)])).to.include({
      component: 'stock',
      class: 'network',
      kind: 'network-loss',
    });
    expect(top([exec('ping -c 10 stock'), output(0)])).to.equal(null);
  });

  it('ping by address finds whose address it is, and tells of a long way', () => {
    const output =
      'PING 10.42.0.4 (10.42.0.4): 56 data bytes\n--- 10.42.0.4 ping statistics ---\n5 packets transmitted, 5 packets received, 0% packet loss\nround-trip min/avg/max = 201.3/202.4/204.5 ms\n';
    expect(top([exec('ping -c 5 10.42.0.4'), output])).to.include({ component: 'price', kind: 'network-delay' });
  });

  it('tc tells whose interface is slowed down', () => {
    expect(
      top([exec('tc qdisc show'), 'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 delay 200ms\n']),
    ).to.include({ component: 'web', kind: 'network-delay' });
    expect(top([exec('tc qdisc show'), 'qdisc netem 8001: dev eth0 root refcnt 2 limit 1000 loss 12%\n'])).to.include({
      kind: 'network-loss',
    });
    expect(top([exec('tc qdisc show'), 'qdisc noqueue 0: dev eth0 root refcnt 2\n'])).to.equal(null);
  });

  it('ss and mtr tell of retransmissions and of loss at the last hop, and not of hops that do not answer', () => {
    const ss =
      'State Recv-Q Send-Q Local Address:Port Peer Address:Port\nESTAB 0 0 10.42.0.2:41000 10.42.0.3:80\n\t cubic rto:1200 rtt:80/40 retrans:0/51 lost:3\n';
    expect(top([exec('ss -ti'), ss])).to.include({ component: 'stock', kind: 'network-loss' });
    const hops = (last: string) =>
      `HOST: web            Loss%   Snt   Last   Avg\n  1.|-- 10.42.0.1  90.0%    10    0.1   0.1\n  2.|-- 10.42.0.3  ${last}%    10    0.4   0.4\n`;
    expect(top([exec('mtr --report stock'), hops('30.0')])).to.include({ component: 'stock' });
    expect(top([exec('mtr --report stock'), hops('0.0')])).to.equal(null);
  });

  it('a callee that its callers wait for, and that works fast itself, is cut off by the network', () => {
    const web = Array.from(
      { length: 6 },
      (_, at) => `INFO GET http://stock/items took ${at % 2 ? 1200 : 1210} ms\nINFO GET http://price/list took 9 ms\n`,
    ).join('');
    const stock = 'INFO GET /items took 2 ms\n'.repeat(5);
    expect(top([logs(WEB), web], [logs('stock-6d5c8b7f9d-4xk2p'), stock])).to.include({
      component: 'stock',
      class: 'network',
      kind: 'call-latency',
    });
    const slow = 'INFO GET /items took 1190 ms\n'.repeat(5);
    expect(top([logs(WEB), web], [logs('stock-6d5c8b7f9d-4xk2p'), slow])).to.include({
      component: 'stock',
      class: 'application',
    });
    expect(top([logs(WEB), web.replaceAll('12', '1')], [logs('stock-6d5c8b7f9d-4xk2p'), stock])).to.equal(null);
  });

  it('of a chain that waits, the deepest callee is the suspect', () => {
    const web = 'ERROR call of stock failed: context deadline exceeded\n'.repeat(3);
    const stock = 'ERROR call of price failed: context deadline exceeded\n'.repeat(3);
    expect(top([logs(WEB), web], [logs('stock-6d5c8b7f9d-4xk2p'), stock])).to.include({
      component: 'price',
      class: 'network',
    });
  });

  it('a callee in trouble of its own explains the time-outs of its callers', () => {
    const found = top(
      [logs(WEB), 'ERROR call of stock failed: i/o timeout\n'],
      [logs('stock-6d5c8b7f9d-4xk2p'), 'FATAL could not write: no space left on device\n'],
    );
    expect(found).to.include({ component: 'stock', kind: 'log-disk-full' });
  });

  it('experiments are told with their targets, while they last', () => {
    const chaos = (status: string) =>
      `kind: NetworkChaos\nmetadata:\n  name: exp\n  namespace: lab\nspec:\n  action: loss\n  loss:\n    loss: "30"\n  selector:\n    namespaces: [team]\n    labelSelectors:\n      app: stock\nstatus:\n  conditions:\n${status}`;
    const on = '  - type: AllInjected\n    status: "True"\n';
    const over = '  - type: AllInjected\n    status: "False"\n  - type: AllRecovered\n    status: "True"\n';
    const found = top(['kubectl get networkchaos -A -o yaml', chaos(on)]);
    expect(found).to.include({ component: 'stock', class: 'network' });
    expect(found?.says).to.include('packet loss');
    expect(top(['kubectl get networkchaos -A -o yaml', chaos(over)])).to.equal(null);
  });

  it('delays and aborts of the mesh are told with the service that they strike', () => {
    const route = (fault: string) =>
      `kind: VirtualService\nmetadata:\n  name: routes\n  namespace: team\nspec:\n  hosts: [stock]\n  http:\n  - ${fault}route:\n    - destination:\n        host: stock\n`;
    expect(top(['kubectl get vs -n team -o yaml', route('fault:\n      delay:\n        fixedDelay: 5s\n    ')])?.says)
      .to.include('delay of 5s')
      .and.to.include('stock');
    expect(top(['kubectl get vs -n team -o yaml', route('')])).to.equal(null);
    expect(
      top([
        `${logs(WEB)} -c istio-proxy`,
        '[2031-06-09T10:00:00.000Z] "GET /items HTTP/1.1" 503 FI fault_filter_abort - "-" 0 18 0 - "-" "curl" "a1" "stock" "-"\n',
      ]),
    ).to.include({ component: 'stock', class: 'network' });
  });

  it('an interface that drops packets, a transfer that repeats them and a slow connect are measures, too', () => {
    const counts = (dropped: number) =>
      `3: eth0@if12: <UP>\n    RX:  bytes packets errors dropped  missed   mcast\n      81200441   91200      0   ${dropped}       0       0\n`;
    expect(top([exec('ip -s link show eth0'), counts(31_244)])).to.include({ component: 'web', kind: 'network-loss' });
    expect(top([exec('ip -s link show eth0'), counts(3)])).to.equal(null);
    const sent = (again: number) =>
      `[  5]   0.00-5.00   sec  3.12 MBytes  5.24 Mbits/sec  ${again}             sender\n`;
    expect(top([exec('iperf3 -c stock'), sent(1841)])).to.include({ component: 'stock', kind: 'network-loss' });
    expect(top([exec('iperf3 -c stock'), sent(2)])).to.equal(null);
    const times = (connect: string) => `dns=0.004 connect=${connect} total=1.221\n`;
    expect(top([exec('curl -w times http://stock:80/'), times('0.612')])).to.include({ kind: 'network-delay' });
    expect(top([exec('curl -w times http://stock:80/'), times('0.006')])).to.equal(null);
  });

  it('a proxy tells how long it waited for a callee that worked quickly by its own log', () => {
    const access =
      '[2031-05-05T08:00:01.1Z] "POST /items HTTP/2" 200 - via_upstream - 5 112 1208 1207 "-" "grpc" "x" "stock:80" "10.42.0.3:80"\n';
    const own = '{"msg":"items","ms":4}\n{"msg":"items","ms":5}\n';
    expect(top([logs(WEB), access.repeat(2)], [logs('stock-6d5c8b7f9d-4xk2p'), own])).to.include({
      component: 'stock',
      kind: 'call-latency',
    });
  });
});
