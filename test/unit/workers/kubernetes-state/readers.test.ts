import { expect } from 'chai';
import fc from 'fast-check';
import { readDatabase } from '../../../../src/workers/database-state/read-database.ts';
import { buildState } from '../../../../src/workers/kubernetes-state/build-state.ts';
import { diagnose } from '../../../../src/workers/kubernetes-state/diagnose.ts';
import { parseKubectl } from '../../../../src/workers/kubernetes-state/read/kubectl-command.ts';
import { readCommand } from '../../../../src/workers/kubernetes-state/read/read-command.ts';
import { readSnapshot } from '../../../../src/workers/kubernetes-state/read/read-snapshot.ts';
import { inputOf, printed, recordedTerminals } from './conclude-evidence.ts';

const VERBS = [
  'get pods',
  'describe pod x',
  'get svc -o wide',
  'get events',
  'logs x',
  'get pod x -o yaml',
  'describe node n',
  'top pods',
  'get all',
];

describe('readers of cluster text', () => {
  it('never throw, whatever a command printed', () => {
    const words = fc.constantFrom(
      'Name:',
      'Containers:',
      '  main:',
      '    State:',
      'Events:',
      'NAME   READY   STATUS',
      '0/1',
      'Error',
      '{',
      'kind: Pod',
      '- a',
      '\t',
      '<none>',
      'x=y',
      'apiVersion: v1',
      'items:',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(fc.oneof(words, fc.string()), { maxLength: 30 }).map((parts) => parts.join('\n')),
    );
    fc.assert(
      fc.property(fc.constantFrom(...VERBS), text, (verb, output) => {
        const input = inputOf('pod x in namespace y fails', [printed(`kubectl ${verb}`, output)]);
        expect(diagnose(input).diagnoses).to.be.an('array');
      }),
      { numRuns: 120 },
    );
  });

  it('never throw on mutilated terminals', () => {
    const outputs = recordedTerminals('kubectl').flatMap(({ recorded }) =>
      recorded.map(({ data }) => data as { command: string; output: string }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...outputs), fc.nat(3000), fc.nat(200), ({ command, output }, from, length) => {
        readCommand(command, output.slice(0, from) + output.slice(from + length));
      }),
      { numRuns: 200 },
    );
  });

  it('never throw on any JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        readSnapshot(body);
        readDatabase(inputOf('x', [{ capability: 'snapshot.json', data: { name: 'x', body } }]).evidence);
      }),
      { numRuns: 150 },
    );
  });

  it('take kubectl commands apart', () => {
    const command = parseKubectl('kubectl get -A --show-labels -o wide pod | grep redis');
    expect(command).to.include({ verb: 'get', namespace: '*', output: 'wide', filter: 'redis', narrowed: true });
    expect(command?.kinds).to.deep.equal(['Pod']);
    expect(parseKubectl('kubectl logs deployment/web -n team -c main --previous')).to.include({
      verb: 'logs',
      name: 'web',
      namespace: 'team',
      container: 'main',
      previous: true,
    });
    expect(parseKubectl('kubectl exec -it web-0 -n team -- ls -l')).to.include({
      verb: 'exec',
      name: 'web-0',
      namespace: 'team',
    });
    expect(parseKubectl('ls -l')).to.equal(null);
  });

  it('merge what several commands tell of one pod', () => {
    const { evidence } = inputOf('x', [
      printed(
        'kubectl get pod web-0 -n team -o wide',
        'NAME    READY   STATUS             RESTARTS   AGE   IP\nweb-0   0/1     CrashLoopBackOff   4          2m    10.42.0.9\n',
      ),
      printed(
        'kubectl get pod web-0 -n team -o json',
        JSON.stringify({
          kind: 'Pod',
          metadata: { name: 'web-0', namespace: 'team', labels: { app: 'web' } },
          spec: { containers: [{ name: 'main', image: 'web:1' }] },
        }),
      ),
    ]);
    const [pod, ...others] = buildState(evidence).pods;
    expect(others).to.deep.equal([]);
    expect(pod).to.include({
      name: 'web-0',
      namespace: 'team',
      reason: 'CrashLoopBackOff',
      ip: '10.42.0.9',
      ready: false,
      restarts: 4,
    });
    expect(pod?.template.containers[0]?.image).to.equal('web:1');
    expect(pod?.evidence).to.deep.equal([1, 2]);
  });

  it('read every member of a describe page that the analyzers use', () => {
    const terminal = recordedTerminals('kubectl').find(({ name }) => name === 'liveness-probe-path');
    const [pod] = buildState(inputOf('x', terminal?.recorded ?? []).evidence).pods;
    const [main] = pod?.template.containers ?? [];
    expect(main).to.deep.include({ name: 'geo', restarts: 7, ready: false });
    expect(main?.probes[0]).to.deep.include({
      kind: 'liveness',
      type: 'http',
      port: '8083',
      path: '/alive',
      initialDelaySeconds: 5,
      failureThreshold: 3,
    });
    expect(main?.last).to.deep.include({ state: 'terminated', reason: 'Error', exitCode: 143 });
    expect(pod?.owner).to.deep.equal({ kind: 'ReplicaSet', name: 'geo-6b9c8d7f5d' });
  });
});
