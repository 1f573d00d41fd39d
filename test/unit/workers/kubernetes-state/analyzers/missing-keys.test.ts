import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const deployment = (env = '') =>
  printed(
    'kubectl get deployment rates -n depot -o yaml',
    `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: rates\n  namespace: depot\nspec:\n  replicas: 1\n  template:\n    metadata:\n      labels: {app: rates}\n    spec:\n      containers:\n      - name: rates\n        image: registry.example/rates:2\n        resources: {}\n        envFrom:\n        - configMapRef: {name: rates-settings}\n${env}`,
  );
const map = (data: string) =>
  printed(
    'kubectl get configmap rates-settings -n depot -o yaml',
    `apiVersion: v1\nkind: ConfigMap\ndata:\n${data}metadata:\n  name: rates-settings\n  namespace: depot\n`,
  );
const log = printed(
  'kubectl logs rates-6d5c8b7f9d-4xk2p -n depot',
  'WARN TARIFF_URL is not set\nERROR TypeError: Failed to parse URL from undefined/zones\n',
);
const said = (...recorded: ReturnType<typeof printed>[]) => {
  const { report, struck } = concluded('rates in namespace depot tells no prices', recorded);
  expect(struck).to.deep.equal([]);
  return report.rootCause.statement;
};

describe('a ConfigMap from which a program takes all its variables', () => {
  it('does not hold the one that the program misses, but one that is called alike', () => {
    expect(said(deployment(), map('  TARIFF_BASE_URL: http://tariffs\n  ZONE: east\n'), log)).to.include(
      'from ConfigMap rates-settings, which holds no key TARIFF_URL but TARIFF_BASE_URL',
    );
    expect(said(deployment(), map('  ZONE: east\n'), log)).to.include('which holds no key TARIFF_URL, so');
  });

  it('is not blamed where it holds the key, where the variable comes from elsewhere, or where it was not read', () => {
    expect(said(deployment(), map('  TARIFF_URL: http://tariffs\n'), log)).to.not.include('holds no key');
    const env = '        env:\n        - {name: TARIFF_URL, value: ""}\n';
    expect(said(deployment(env), map('  ZONE: east\n'), log)).to.not.include('holds no key');
    expect(said(deployment(), log)).to.not.include('holds no key');
  });
});
