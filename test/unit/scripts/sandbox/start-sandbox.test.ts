import { expect } from 'chai';
import { startSandbox } from '../../../../scripts/sandbox/start-sandbox.ts';

describe('start-sandbox', () => {
  it('starts the whole outside world and takes it down again', async () => {
    const sandbox = await startSandbox({ scenarios: ['dns'], certificateHours: 3, slack: { rateLimits: null } });
    const { slack, signoz, kubernetes, tls, networkOverrides } = sandbox;
    expect(networkOverrides['api.example.com']).to.deep.equal({ address: '127.0.0.1', port: tls.port });
    const urls = [`${slack.apiUrl}api.test`, `${signoz.url}/api/v2/readyz`, `${kubernetes.url}/readyz`];
    for (const url of urls) expect((await fetch(url)).status, url).to.equal(200);
    await sandbox.close();
    for (const url of urls) expect(await fetch(url).catch(() => 'down'), url).to.equal('down');
  });
});
