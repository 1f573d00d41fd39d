import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const statement = (alert: string, ...recorded: Parameters<typeof concluded>[1]) =>
  concluded(alert, recorded).report.rootCause.statement;

const services = (rows: string) =>
  printed(
    'kubectl get svc -n shop -o wide',
    `NAME   TYPE   CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE   SELECTOR\n${rows}`,
  );
const labelled = printed(
  'kubectl get pods -n shop -l app=till --show-labels',
  'NAME                     READY   STATUS    RESTARTS   AGE   LABELS\ntill-7f6d9c8b5d-zz2xq    1/1     Running   0          9d    app=till,pod-template-hash=7f6d9c8b5d\n',
);
const PROXY = 'till-proxy   ClusterIP   10.96.1.4   <none>   80/TCP   9d   app=till-proxy\n';

describe('a selector of which one does not know all labels', () => {
  it('is not said to match nothing where pods of the name of the service were seen without their labels', () => {
    const bare = (name: string) =>
      printed('kubectl get pods -n shop', `NAME   READY   STATUS   RESTARTS   AGE\n${name}   1/1   Running   0   9d\n`);
    const asked = 'till-proxy in namespace shop cannot be reached';
    expect(statement(asked, services(PROXY), labelled)).to.include('selector mismatch');
    expect(statement(asked, services(PROXY), labelled, bare('till-proxy-5c9d8b7f6-q8zvp'))).to.not.include('selector');
  });
});

describe('a table of services', () => {
  it('tells no target port, so that it proves none wrong where there are no endpoints', () => {
    const described = printed(
      'kubectl describe deploy till -n shop',
      'Name:                   till\nNamespace:              shop\nSelector:               app=till\nReplicas:               1 desired | 0 updated | 0 total | 0 available | 1 unavailable\nPod Template:\n  Labels:  app=till\n  Containers:\n   till:\n    Image:      shop/till:4\n    Port:       7070/TCP\n    Host Port:  0/TCP\n',
    );
    const endpoints = printed('kubectl get endpoints -n shop', 'NAME   ENDPOINTS   AGE\ntill   <none>      9d\n');
    const table = services('till   ClusterIP   10.96.1.5   <none>   80/TCP   9d   app=till\n');
    expect(statement('connections to till are refused', table, endpoints, described)).to.not.include('target port');
  });
});

describe('a Job whose pods were refused first', () => {
  const job = (pods: string) =>
    printed(
      'kubectl describe job close-day -n books',
      `Name:             close-day\nNamespace:        books\nParallelism:      1\nCompletions:      1\nBackoff Limit:    0\nPods Statuses:    ${pods}\nPod Template:\n  Containers:\n   close:\n    Image:      books/close:7\nEvents:\n  Type     Reason        Age   From            Message\n  ----     ------        ----  ----            -------\n  Warning  FailedCreate  16m   job-controller  Error creating: pods "close-day-" is forbidden: exceeded quota: books-compute, requested: requests.memory=1Gi, used: requests.memory=7936Mi, limited: requests.memory=8Gi\n`,
    );
  const log = printed(
    'kubectl logs close-day-x8v6m -n books',
    'psycopg.errors.InsufficientPrivilege: permission denied for table rates\n',
  );

  it('did not fail for that where they ran and failed themselves', () => {
    expect(statement('Job close-day failed', job('0 Active / 0 Succeeded / 1 Failed'), log)).to.include(
      'lacks a right',
    );
    expect(statement('Job close-day failed', job('0 Active / 0 Succeeded / 0 Failed'))).to.include('books-compute');
  });
});
