import { expect } from 'chai';
import { diagnose } from '../../../../../src/workers/kubernetes-state/diagnose.ts';
import { inputOf, printed } from '../conclude-evidence.ts';

const flags = (variant: string, description = 'Fail the cart service') =>
  `kind: ConfigMap\nmetadata:\n  name: flags\n  namespace: team\ndata:\n  flags.json: |\n    {"flags": {"cartFailure": {"state": "ENABLED", "defaultVariant": "${variant}", "variants": {"on": true, "off": false}, "description": "${description}"}, "newLayout": {"state": "ENABLED", "defaultVariant": "on", "variants": {"on": true, "off": false}, "description": "Colours"}}}\n`;

function kinds(...terminal: [command: string, output: string][]) {
  const recorded = terminal.map(([command, output]) => printed(command, output));
  return diagnose(inputOf('cart in namespace team fails', recorded)).diagnoses.map(
    ({ kind, component }) => `${kind} ${component}`,
  );
}

describe('feature flags', () => {
  it('that switch a fault on are told, and those that are off or harmless are not', () => {
    const command = 'kubectl get cm flags -n team -o yaml';
    expect(kinds([command, flags('on')])).to.deep.equal(['feature-flag cartFailure']);
    expect(kinds([command, flags('off')])).to.deep.equal([]);
  });

  it('are read where only the data of the ConfigMap was printed', () => {
    const data = JSON.stringify({
      'flags.json': '{"flags":{"cartFailure":{"state":"ENABLED","defaultVariant":"on","variants":{"on":true}}}}',
    });
    expect(kinds(['kubectl get cm flags -n team -o jsonpath={.data}', data])).to.deep.equal([
      'feature-flag cartFailure',
    ]);
  });

  it('are read where a command printed the file of flags alone, with shares as variants', () => {
    const file = (variant: string) =>
      JSON.stringify({
        flags: {
          cartFailure: { state: 'ENABLED', variants: { '100%': 1, '10%': 0.1, off: 0 }, defaultVariant: variant },
        },
      });
    const command = "kubectl get configmap flags -n team -o jsonpath='{.data.flags\\.json}'";
    expect(kinds([command, file('100%')])).to.deep.equal(['feature-flag cartFailure']);
    expect(kinds([command, file('off')])).to.deep.equal([]);
  });

  it('are blamed on who fails by them and not on who passes the answer on', () => {
    const found = kinds(
      [
        'kubectl logs web-7f6d9c8b5d-zz2xq -n team',
        'ERROR rpc error: code = Internal desc = failed to get cart: Fail Feature Flag Enabled\n',
      ],
      ['kubectl logs cart-6d5c8b7f9d-4xk2p -n team', 'ERROR cart: Fail Feature Flag Enabled\n'],
    );
    expect(found[0]).to.equal('feature-flag cart');
  });

  it('explain what the program says that they are about, however it calls its trouble', () => {
    const found = kinds(
      ['kubectl get cm flags -n team -o yaml', flags('on')],
      [
        'kubectl get pods -n team',
        'NAME                                READY   STATUS    RESTARTS   AGE\nacme-cartservice-6d5c8b7f9d-4xk2p   1/1     Running   0          3d\nacme-redis-7f6d9c8b5d-zz2xq         1/1     Running   0          3d\n',
      ],
      [
        'kubectl logs acme-cartservice-6d5c8b7f9d-4xk2p -n team',
        "ERROR EmptyCart: Wasn't able to connect to redis: connection refused\n".repeat(5),
      ],
    );
    expect(found[0]).to.equal('feature-flag cartFailure');
  });

  it('that are broken text are passed over', () => {
    expect(
      kinds(['kubectl get cm flags -n team -o yaml', flags('on').replace('{"flags"', '{"flags" defaultVariant')]),
    ).to.deep.equal([]);
  });
});
