import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

type Recorded = Parameters<typeof concluded>[1];
const verdict = (alert: string, ...recorded: Recorded) => concluded(alert, recorded).report.verdict;

const pods = (age: string) =>
  printed(
    'kubectl get pods -n shop',
    `NAME                     READY   STATUS    RESTARTS   AGE\ntill-7f6d9c8b5d-zz2xq    1/1     Running   0          ${age}\n`,
  );
const log = printed('kubectl logs till-7f6d9c8b5d-zz2xq -n shop', '2031-04-02T10:39:01Z INFO till opened\n');

describe('ready pods and quiet logs', () => {
  it('do not deny what somebody wants to know the reason of', () => {
    expect(verdict('Is till in namespace shop all right?', pods('9d'), log)).to.equal('healthy');
    expect(verdict('Why do customers of till get errors?', pods('9d'), log)).to.equal('inconclusive');
    expect(verdict('Customers see a wrong till: find the root cause', pods('9d'), log)).to.equal('inconclusive');
  });

  it('do not deny what somebody misses', () => {
    for (const missed of ['not receive their receipts', "don't get receipts", 'no longer see their receipts'])
      expect(verdict(`Why do customers of till ${missed}?`, pods('9d'), log), missed).to.equal('inconclusive');
    expect(verdict('Why is till in namespace shop not ready?', pods('9d'), log)).to.equal('healthy');
  });

  it('do not tell of restarts where the pod has just been made', () => {
    expect(verdict('till restarts', pods('9d'))).to.equal('healthy');
    expect(verdict('till restarts', pods('40s'))).to.equal('inconclusive');
  });

  it('show no endpoints but those of the service that is asked about', () => {
    const endpoints = (name: string) =>
      printed('kubectl get endpoints -n shop', `NAME   ENDPOINTS          AGE\n${name}   10.244.1.12:8080   9d\n`);
    expect(verdict('till has no endpoints', pods('9d'), endpoints('till'))).to.equal('healthy');
    expect(verdict('till has no endpoints', pods('9d'), endpoints('mail'))).to.equal('inconclusive');
  });

  it('are not there where only the name of a workload is known', () => {
    const known = printed(
      'kubectl get deploy till -n shop -o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.containers[0].image',
      'NAME   IMAGE\ntill   shop/till:4\n',
    );
    expect(verdict('Pod of till in namespace shop crashes', known)).to.equal('inconclusive');
  });
});
