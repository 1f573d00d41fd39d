import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadConfig, SECRET_VARIABLES } from '../../../src/shared/config.ts';
import { FleetError } from '../../../src/shared/errors.ts';

function faultsOf(environment: Record<string, string>): string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    expect(error).to.be.instanceOf(FleetError).and.to.include({ code: 'config_invalid' });
    return (error as Error).message.split('\n- ').slice(1);
  }
  throw new Error('no fault was found');
}

describe('the configuration', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rca-fleet-config-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  const fileWith = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };

  it('needs nothing, and is frozen', () => {
    const config = loadConfig({});
    expect(config).to.include({ databaseUrl: null, redis: null, dataDir: './.data', port: 3000 });
    expect(config.llm).to.deep.equal({ provider: 'none' });
    expect(Object.isFrozen(config)).to.equal(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig({ PORT: '', REDIS_URL: '', SLACK_BOT_TOKEN: '' })).to.include({ port: 3000, redis: null });
  });

  it('names all faults at once, of single variables and of those that belong together', () => {
    const faults = faultsOf({
      PORT: 'abc',
      WORKER_CONCURRENCY: '0',
      LOG_LEVEL: 'loud',
      SIGNOZ_URL: 'not a url',
      NETWORK_RESOLVE: 'nonsense',
      REDIS_URL: 'redis://cache',
      AZURE_OPENAI_ENDPOINT: 'https://example.openai.azure.com',
      ADMIN_TOKEN_FILE: join(folder, 'missing'),
    });
    for (const name of [
      'PORT',
      'WORKER_CONCURRENCY',
      'LOG_LEVEL',
      'SIGNOZ_URL',
      'NETWORK_RESOLVE',
      'ADMIN_TOKEN_FILE',
    ]) {
      expect(
        faults.filter((fault) => fault.startsWith(name)),
        name,
      ).to.have.length(1);
    }
    expect(faults.join('\n')).to.include('REDIS_URL is set without DATABASE_URL');
    expect(faults.join('\n')).to.include('AZURE_OPENAI_ENDPOINT is set without AZURE_OPENAI_API_KEY');
    expect(faults.join('\n')).to.include('AZURE_OPENAI_ENDPOINT is set without AZURE_OPENAI_DEPLOYMENT');
    expect(faults).to.have.length(9);
  });

  it('reads every secret from a file as well', () => {
    const urls: Record<string, string> = {
      DATABASE_URL: 'postgres://u:p@db/app',
      REDIS_URL: 'redis://:p@cache:6379',
      PROMETHEUS_HEADERS: 'x-key=k%2C1',
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=k%2C2',
    };
    const environment = Object.fromEntries(
      SECRET_VARIABLES.map((name) => [`${name}_FILE`, fileWith(name, `${urls[name] ?? `secret-of-${name}`}\n`)]),
    );
    const urlsOfServers = {
      SIGNOZ_URL: 'http://signoz',
      PROMETHEUS_URL: 'http://prometheus',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
    };
    const config = loadConfig({ ...environment, ...urlsOfServers });
    expect(config.tracing!.headers).to.deep.equal({ 'x-key': 'k,2' });
    expect(config).to.include({
      databaseUrl: urls.DATABASE_URL,
      adminToken: 'secret-of-ADMIN_TOKEN',
    });
    expect(config.redis).to.include({ username: null, password: 'p' });
    expect(config.slack).to.include({
      botToken: 'secret-of-SLACK_BOT_TOKEN',
      signingSecret: 'secret-of-SLACK_SIGNING_SECRET',
    });
    expect(config.signoz!.apiKey).to.equal('secret-of-SIGNOZ_API_KEY');
    expect(config.prometheus).to.deep.include({
      token: 'secret-of-PROMETHEUS_TOKEN',
      basic: null,
      headers: { 'x-key': 'k,1' },
    });
  });

  it('takes a user of Prometheus with a password only', () => {
    const PROMETHEUS_URL = 'http://prometheus:9090';
    const user = { PROMETHEUS_URL, PROMETHEUS_USER: 'u' };
    const { prometheus } = loadConfig({ ...user, PROMETHEUS_PASSWORD: 'p', PROMETHEUS_TENANT: 'a' });
    expect(prometheus).to.deep.include({ basic: { user: 'u', password: 'p' }, tenant: 'a', token: null });
    expect(faultsOf(user)[0]).to.match(/^PROMETHEUS_USER is set without PROMETHEUS_PASSWORD/);
    expect(faultsOf({ PROMETHEUS_URL, PROMETHEUS_HEADERS: 'nonsense' })[0]).to.match(
      /^PROMETHEUS_HEADERS .*name=value/,
    );
  });

  it('reads the files that REDIS_URL names for TLS', () => {
    const DATABASE_URL = 'postgres://db/app';
    const pem = '-----BEGIN CERTIFICATE-----';
    const { redis } = loadConfig({ DATABASE_URL, REDIS_URL: `rediss://cache?ca=${fileWith('ca', pem)}` });
    expect(redis!.tls).to.include({ ca: pem, cert: null, rejectUnauthorized: true });
    const faults = faultsOf({
      DATABASE_URL,
      REDIS_URL: `rediss://cache?ca=${join(folder, 'none')}&cert=${fileWith('no-pem', 'x')}&key=${fileWith('key', pem)}`,
    });
    expect(faults).to.have.length(2);
    expect(faults[0]).to.match(/^REDIS_URL has a file as ca that cannot be read \(ENOENT\): give the path/);
    expect(faults[1]).to.match(/^REDIS_URL has a file as cert that is no PEM file: give one/);
  });

  it('finds fault with a secret that is given twice, or whose file is empty', () => {
    const both = faultsOf({ ADMIN_TOKEN: 'a', ADMIN_TOKEN_FILE: fileWith('twice', 'b') });
    expect(both).to.deep.equal(['ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set: leave one out']);
    expect(faultsOf({ ADMIN_TOKEN_FILE: fileWith('empty', ' \n') })[0]).to.match(/^ADMIN_TOKEN/);
  });

  it('never repeats a secret in its messages', () => {
    const secret = 'hunter2';
    const environment = Object.fromEntries(
      SECRET_VARIABLES.map((name) => [name, `mysql://root:${secret}@db/${secret}`]),
    );
    const faults = faultsOf({ ...environment, PORT: 'x' });
    expect(faults.length).to.be.greaterThan(2);
    expect(faults.join('\n')).to.not.include(secret);
    const files = { DATABASE_URL_FILE: fileWith('database', `mysql://root:${secret}@db`) };
    expect(faultsOf(files).join('\n')).to.not.include(secret);
  });
});
