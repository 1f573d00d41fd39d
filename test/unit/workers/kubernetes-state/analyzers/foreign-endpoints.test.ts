import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const pods = (...rows: [pod: string, ip: string, ready?: string][]) =>
  printed(
    'kubectl get pods -n farm -o wide',
    [
      'NAME                        READY   STATUS    RESTARTS   AGE   IP          NODE   NOMINATED NODE   READINESS GATES',
      ...rows.map(([pod, ip, ready = '1/1']) => `${pod}   ${ready}   Running   0   9d   ${ip}   n1   <none>   <none>`),
    ].join('\n'),
  );
const endpoints = (of: string) =>
  printed('kubectl get endpoints -n farm', `NAME     ENDPOINTS        AGE\nprices   ${of}   9d\n`);
const SERVICE = printed(
  'kubectl get svc -n farm',
  'NAME     TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)   AGE\nprices   ClusterIP   10.96.0.7     <none>        80/TCP    9d\n',
);
const PRICES: [string, string] = ['prices-6d5c8b7f9d-4xk2p', '10.1.0.4'];
const CROPS: [string, string] = ['crops-7c9d8f6b5d-x2x4q', '10.1.0.9'];
const mismatch = (...given: Parameters<typeof inputOf>[1]) =>
  diagnose(inputOf('shop answers 502', given)).diagnoses.filter(({ kind }) => kind === 'selector-mismatch');

describe('endpoints of another program', () => {
  it('are found by their addresses where nothing tells the labels of pods', () => {
    const [found] = mismatch(pods(PRICES, CROPS), SERVICE, endpoints('10.1.0.9:8080'));
    expect(found).to.include({ component: 'prices', class: 'network' });
    expect(found!.statement).to.include('its endpoints are those of crops');
  });

  it('are none where its own pods are among them or not ready, or nobody else has its name', () => {
    expect(mismatch(pods(PRICES, CROPS), SERVICE, endpoints('10.1.0.4:8080,10.1.0.9:8080'))).to.deep.equal([]);
    expect(mismatch(pods([...PRICES, '0/1'], CROPS), SERVICE, endpoints('10.1.0.9:8080'))).to.deep.equal([]);
    expect(mismatch(pods(CROPS), SERVICE, endpoints('10.1.0.9:8080'))).to.deep.equal([]);
    const green: [string, string] = ['prices-green-7c9d8f6b5d-x2x4q', '10.1.0.9'];
    expect(mismatch(pods(PRICES, green), SERVICE, endpoints('10.1.0.9:8080'))).to.deep.equal([]);
  });
});
