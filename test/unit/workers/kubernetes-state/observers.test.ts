import { expect } from 'chai';
import { concluded, printed } from './conclude-evidence.ts';

const PODS = printed(
  'kubectl get pods -n camp',
  `NAME                     READY   STATUS             RESTARTS       AGE
rates-76b9c5d8f4-r6gnz   1/1     Running            0              3d
store-6c5d8f9b47-hb8xk   1/1     Running            0              16d
jaeger-58d7c6b9f4-tn9cs  0/1     CrashLoopBackOff   211 (2m ago)   16d
`,
);
const JAEGER = printed(
  'kubectl logs jaeger-58d7c6b9f4-tn9cs -n camp --tail=1',
  '{"level":"fatal","msg":"Failed to init storage factory","error":"open /badger/key/MANIFEST: permission denied"}\n',
);
const RATES = printed(
  'kubectl logs rates-76b9c5d8f4-r6gnz -n camp --tail=2',
  '2031-04-02T10:39:02Z ERR rates of spot 14: (AuthenticationFailed) Authentication failed.\n2031-04-02T10:39:09Z ERR rates of spot 3: (AuthenticationFailed) Authentication failed.\n',
);

describe('programs that only look on', () => {
  it('are no cause of what users see beside what others suffer', () => {
    const { report } = concluded('Guests of the campsite see no prices. What is the cause?', [PODS, RATES, JAEGER]);
    expect(report.rootCause.statement).to.match(/authentication failed/i);
    expect(report.class).to.equal('database');
  });

  it('are the cause where somebody asks about them, or nobody else suffers', () => {
    const asked = concluded('Why does jaeger crash in namespace camp?', [PODS, RATES, JAEGER]).report;
    expect(asked.rootCause.statement).to.include('jaeger');
    const alone = concluded('What is wrong in namespace camp?', [PODS, JAEGER]).report;
    expect(alone.rootCause.statement).to.include('jaeger');
  });
});
