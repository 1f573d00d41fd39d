import { expect } from 'chai';
import { readCommand } from '../../../../src/workers/kubernetes-state/read/read-command.ts';
import { plainText, printedCommands } from '../../../../src/workers/kubernetes-state/read/terminal-text.ts';

const PODS =
  'NAME                   READY   STATUS    RESTARTS      AGE   IP            NODE\napi-6d5c8b7f9d-4xk2p   1/1     Running   2 (31m ago)   3d    10.42.0.3     n1\nweb-7f6d9c8b5d-zz2xq   0/1     Pending   0             2m    <none>        <none>\n';
const names = (command: string, output: string) =>
  readCommand(command, output).objects.map(({ kind, metadata }) => `${kind}/${(metadata as { name: string }).name}`);

describe('texts of terminals', () => {
  it('lose colours, carriage returns and the line ends of Windows', () => {
    expect(plainText('\u001b[31mError\u001b[0m: x\r\nloading 10%\rloading 100%\r\ndone')).to.equal(
      'Error: x\nloading 100%\ndone',
    );
    expect(names('kubectl get pods', PODS.replaceAll('\n', '\r\n'))).to.have.length(2);
    expect(names('kubectl get pods', PODS.replace('Running', '\u001b[32mRunning\u001b[0m'))).to.have.length(2);
  });

  it('of several commands are read command by command, by prompt or by heading', () => {
    const services =
      'NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\napi    ClusterIP   10.96.0.9    <none>        80/TCP    3d\n';
    const heads = [
      (command: string) => `$ ${command}`,
      (command: string) => `root@bastion:~# ${command}`,
      (command: string) => `=== ${command} ===`,
      (command: string) => `--- ${command}`,
      (command: string) => `+ ${command}`,
      (command: string) => `>>> ${command}`,
    ];
    for (const head of heads) {
      const text = `${head('kubectl get pods -n team')}\n${PODS}\n${head('kubectl get svc -n team')}\n${services}`;
      expect(names('collect.sh', text), head('x')).to.deep.equal([
        'Pod/api-6d5c8b7f9d-4xk2p',
        'Pod/web-7f6d9c8b5d-zz2xq',
        'Service/api',
      ]);
    }
  });

  it('keep the prompts and headings that a log itself holds', () => {
    const log = 'starting\n=== Payment service ===\n$ kubectl get pods\nERROR boom\n';
    expect(printedCommands('kubectl logs api-1', log)).to.have.length(1);
    expect(readCommand('kubectl logs api-1', log).logs[0]?.lines).to.include('ERROR boom');
  });

  it('without any command are read by their looks: describe pages, tables and documents', () => {
    const page =
      'Name:             api-6d5c8b7f9d-4xk2p\nNamespace:        team\nNode:             n1/10.0.0.1\nStatus:           Running\nContainers:\n  api:\n    Image:          api:1\nQoS Class:        BestEffort\n';
    const yaml =
      'apiVersion: v1\nkind: Service\nmetadata:\n  name: db\n  namespace: team\nspec:\n  ports:\n  - port: 5432\n';
    expect(names('snapshot.txt', `${PODS}\n${page}\n${yaml}`)).to.include.members([
      'Pod/web-7f6d9c8b5d-zz2xq',
      'Pod/api-6d5c8b7f9d-4xk2p',
      'Service/db',
    ]);
  });

  it('with more or fewer columns than usual are read by the names of the columns', () => {
    const custom =
      'NAMESPACE   NAME                   READY   STATUS             RESTARTS   AGE   TEAM    COST\nteam        api-6d5c8b7f9d-4xk2p   0/1     CrashLoopBackOff   9          3d    blue    1.20\n';
    const [pod] = readCommand('kubectl get pods -A', custom).objects;
    expect(pod).to.have.nested.property('metadata.namespace', 'team');
    expect(pod).to.have.nested.property('status.word', 'CrashLoopBackOff');
  });

  it('that end in the middle are read as far as they go', () => {
    for (let end = 0; end < PODS.length; end += 7)
      expect(() => readCommand('kubectl get pods', PODS.slice(0, end))).not.to.throw();
    expect(names('kubectl get pods', `${PODS}[output truncated]`)).to.include('Pod/api-6d5c8b7f9d-4xk2p');
  });

  it('tell the age of the latest restart', () => {
    const [pod] = readCommand('kubectl get pods', PODS).objects;
    expect(pod).to.have.nested.property('status.restartedAgo', 1860);
  });
});

describe('logs of several pods', () => {
  const owners = (command: string, output: string) =>
    readCommand(command, output).logs.map(({ pod, lines }) => [pod, lines.length]);

  it('are told apart by the prefixes of kubectl, stern and kubetail', () => {
    const lines = (prefix: (pod: string) => string) =>
      `${prefix('api-6d5c8b7f9d-4xk2p')}one\n${prefix('web-7f6d9c8b5d-zz2xq')}two\n${prefix('api-6d5c8b7f9d-4xk2p')}three\n`;
    const expected = [
      ['api-6d5c8b7f9d-4xk2p', 2],
      ['web-7f6d9c8b5d-zz2xq', 1],
    ];
    expect(
      owners(
        'kubectl logs -l app=x --prefix',
        lines((pod) => `[pod/${pod}/main] `),
      ),
    ).to.deep.equal(expected);
    expect(
      owners(
        'stern -n team .',
        lines((pod) => `${pod} main `),
      ),
    ).to.deep.equal(expected);
    expect(
      owners(
        'stern -n team .',
        lines((pod) => `${pod} › main `),
      ),
    ).to.deep.equal(expected);
    expect(
      owners(
        'kubetail x',
        lines((pod) => `[${pod} main] `),
      ),
    ).to.deep.equal(expected);
  });

  it('keep lines that have no prefix with the pod before them', () => {
    const text = '[pod/api-1/main] java.lang.IllegalStateException: x\n\tat a.B.c(B.java:1)\n[pod/api-1/main] next\n';
    expect(owners('kubectl logs -l app=api --prefix', text)).to.deep.equal([['api-1', 3]]);
  });

  it('of one pod stay whole though its lines begin with brackets', () => {
    expect(
      owners('kubectl logs api-1', '[2031-06-09T10:00:00.000Z] GET / 200\n[2031-06-09T10:00:01.000Z] GET / 200\n'),
    ).to.deep.equal([['api-1', 2]]);
    expect(owners('kubectl logs api-1', '[main] started\n[main] ready\n')).to.deep.equal([['api-1', 2]]);
  });

  it('name the pod that kubectl chose, and what it says itself is no line of the log', () => {
    const text = 'Found 2 pods, using pod/api-6d5c8b7f9d-4xk2p\nDefaulted container "api" out of: api, proxy\nhello\n';
    const [log] = readCommand('kubectl logs deploy/api -n team', text).logs;
    expect(log).to.include({ pod: 'api-6d5c8b7f9d-4xk2p', namespace: 'team' });
    expect(log?.lines).to.deep.equal(['hello']);
  });

  it('from tools other than kubectl belong to whom the tool was asked for', () => {
    const [log] = readCommand('get_logs namespace=team service=api', 'ERROR boom\n').logs;
    expect(log).to.include({ service: 'api', namespace: 'team' });
  });
});
