import { expect } from 'chai';
import { loadConfig } from '../../../src/shared/config.ts';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' };
const tracingOf = (environment: Record<string, string>) => loadConfig(environment).tracing;

describe('the configuration of traces', () => {
  it('is none without a collector, and none where the SDK is switched off', () => {
    expect(tracingOf({})).to.equal(null);
    expect(tracingOf({ OTEL_SERVICE_NAME: 'a', OTEL_TRACES_SAMPLER: 'always_on' })).to.equal(null);
    expect(tracingOf({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' })).to.equal(null);
  });

  it('samples what its caller samples, and all of what begins here, where nothing else is said', () => {
    expect(tracingOf(ENDPOINT)).to.deep.equal({
      endpoint: 'http://collector:4318/v1/traces',
      headers: {},
      serviceName: null,
      resourceAttributes: {},
      sampler: 'parentbased_always_on',
      ratio: 1,
    });
  });

  it('puts the path of traces behind the base, and takes the address of traces as it is', () => {
    const endpointOf = (environment: Record<string, string>) => tracingOf(environment)!.endpoint;
    const base = (url: string) => endpointOf({ OTEL_EXPORTER_OTLP_ENDPOINT: url });
    expect(base('https://host/otlp/')).to.equal('https://host/otlp/v1/traces');
    expect(base('https://host?tenant=a')).to.equal('https://host/v1/traces?tenant=a');
    const OTEL_EXPORTER_OTLP_TRACES_ENDPOINT = 'http://traces:4318/spans';
    expect(endpointOf({ ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT })).to.equal(
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT,
    );
    expect(endpointOf({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT })).to.equal(OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
  });

  it('reads percent-encoded headers and attributes, and the name of the service from either variable', () => {
    const OTEL_RESOURCE_ATTRIBUTES = 'service.name=from-attributes, deployment.environment.name=a%2Cb';
    const given = { ...ENDPOINT, OTEL_RESOURCE_ATTRIBUTES, OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Bearer%20x' };
    expect(tracingOf(given)).to.deep.include({
      headers: { authorization: 'Bearer x' },
      serviceName: 'from-attributes',
      resourceAttributes: { 'service.name': 'from-attributes', 'deployment.environment.name': 'a,b' },
    });
    expect(tracingOf({ ...given, OTEL_SERVICE_NAME: 'named' })!.serviceName).to.equal('named');
  });

  it('finds fault with each variable by its name, with the remedy', () => {
    const wrong = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'grpc://collector:4317',
      OTEL_EXPORTER_OTLP_HEADERS: 'nonsense',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_RESOURCE_ATTRIBUTES: 'a=%ZZ',
      OTEL_TRACES_SAMPLER: 'sometimes',
      OTEL_TRACES_SAMPLER_ARG: '2',
      OTEL_SDK_DISABLED: 'perhaps',
    };
    let said = '';
    try {
      loadConfig(wrong);
    } catch (error) {
      said = (error as Error).message;
    }
    const faults = said.split('\n- ').slice(1);
    expect(faults.map((fault) => fault.split(' ')[0])).to.have.members(Object.keys(wrong));
    expect(faults.find((fault) => fault.startsWith('OTEL_EXPORTER_OTLP_PROTOCOL'))).to.include('port 4318');
    expect(said).to.match(/OTEL_TRACES_SAMPLER .*: give one of always_on, /);
  });
});
