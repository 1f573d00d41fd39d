import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

const ALERT =
  'Certificate shop/pay-tls expires in 6 days, it should have been renewed. The domain will be unavailable after expiry';

const described = (status: string, events = '') =>
  printed(
    'kubectl describe certificate pay-tls -n shop',
    `Name:         pay-tls
Namespace:    shop
API Version:  cert-manager.io/v1
Kind:         Certificate
Spec:
  Secret Name:   pay-tls
Status:
  Conditions:
    Message:               Certificate is up to date and has not expired
    Reason:                Ready
    Status:                True
    Type:                  Ready
${status}
Events:
  Type     Reason     Age   From                               Message
  ----     ------     ----  ----                               -------
  Normal   Issuing    50m   cert-manager-certificates-trigger  Renewing certificate as renewal was scheduled
${events}`,
  );

const RENEWED = `  Not After:               2031-07-01T10:00:00Z
  Not Before:              2031-04-02T09:50:00Z
  Renewal Time:            2031-06-01T10:00:00Z
  Revision:                9`;
const DUE = `  Not After:               2031-04-08T10:00:00Z
  Not Before:              2031-01-08T10:00:00Z
  Renewal Time:            2031-03-09T10:00:00Z
  Revision:                8`;

describe('a certificate that is about to expire', () => {
  it('is well once it was renewed, whatever would be after its end', () => {
    const issued =
      '  Normal   Issuing    49m   cert-manager-certificates-issuing  The certificate has been successfully issued\n';
    expect(concluded(ALERT, [described(RENEWED, issued)]).report.verdict).to.equal('healthy');
  });

  it('is not well because it is still ready: its renewal is overdue, or failed', () => {
    expect(concluded(ALERT, [described(DUE)]).report.verdict).to.not.equal('healthy');
    const failed =
      '  Warning  Failed     48m   cert-manager-certificates-issuing  The certificate request has failed to complete and will be retried: order is in "errored" state\n';
    expect(concluded(ALERT, [described('  Revision:                8', failed)]).report.verdict).to.not.equal(
      'healthy',
    );
    const attempts = '  Failed Issuance Attempts:  3\n  Last Failure Time:  2031-04-02T09:00:00Z';
    expect(concluded(ALERT, [described(`${attempts}\n  Revision:                8`)]).report.verdict).to.not.equal(
      'healthy',
    );
  });

  it('is not well while its issuer complains and tells of no success after it', () => {
    const complaint =
      'E0402 10:31:31.402118       1 sync.go:208] "propagation check failed" err="wrong status code \'404\', expected \'200\'" resource_name="pay-tls-9-297-336" resource_kind="Challenge"\n';
    const issued = 'I0402 10:32:49.118264       1 acme.go:236] "certificate issued" resource_name="pay-tls-9"\n';
    const log = (text: string) => printed('kubectl logs -n cert-manager deploy/cert-manager --since=1h', text);
    const verdict = (text: string) =>
      concluded(ALERT, [described('  Revision:                8'), log(text)]).report.verdict;
    expect(verdict(complaint)).to.not.equal('healthy');
    expect(verdict(complaint + issued)).to.equal('healthy');
  });
});
