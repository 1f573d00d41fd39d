import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const POD = 'cart-6d8f7c9b5-k2m4z';
const PODS = `NAME                       READY   STATUS             RESTARTS     AGE\n${POD}       0/1     CrashLoopBackOff   9 (2m ago)   25m\nweb-7f9c8d6b4-zz3kq        1/1     Running            0            9d\n`;
const LOG = 'starting cart\nFATAL: password authentication failed for user "cart"\n';

type Printed = [command: string, output: string];
const asked = (kubectl: string): Printed[] => [
  [`${kubectl} get pods -n shop`, PODS],
  [`${kubectl} logs ${POD} -n shop`, LOG],
];
const pasted = (prompt: string, kubectl = 'kubectl'): Printed[] => [
  [
    'terminal',
    asked(kubectl)
      .map(([command, output]) => `${prompt}${command}\n${output}`)
      .join(''),
  ],
];
const changed = (change: (text: string) => string): Printed[] =>
  asked('kubectl').map(([command, output]) => [command, change(output)]);

const WAYS: Record<string, Printed[]> = {
  'the usual alias': asked('k'),
  'a wrapper with colours': asked('kubecolor'),
  minikube: asked('minikube kubectl --'),
  k3s: asked('sudo k3s kubectl'),
  Windows: asked('kubectl.exe'),
  'a variable before it': asked('KUBECONFIG=/tmp/x kubectl'),
  'a prompt of bash': pasted('root@jump:~# '),
  'a prompt of zsh': pasted('➜  ~ '),
  'a prompt of zsh in a repository': pasted('➜  shop git:(main) ✗ '),
  'a prompt of PowerShell': pasted('PS C:\\Users\\ana> '),
  'the alias at a prompt': pasted('$ ', 'k'),
  'line ends of Windows': changed((text) => text.replaceAll('\n', '\r\n')),
  'an indented block': changed((text) => text.replace(/^/gm, '    ')),
  'tabs for spaces': changed((text) => text.replace(/ {2,}/g, '\t')),
  'single spaces': changed((text) => text.replace(/ {2,}/g, ' ')),
  'a fence': changed((text) => `\`\`\`text\n${text}\`\`\`\n`),
  'a quotation': changed((text) => text.replace(/^/gm, '> ')),
};

describe('ways in which people paste what kubectl printed', () => {
  for (const [way, outputs] of Object.entries(WAYS))
    it(`${way}: the reason of the crash is found`, () => {
      const { report } = concluded(
        'cart is down',
        outputs.map(([command, output]) => printed(command, output)),
      );
      expect(report.rootCause.statement).to.include('password');
      expect(report.rootCause.component).to.equal('cart');
    });
});
