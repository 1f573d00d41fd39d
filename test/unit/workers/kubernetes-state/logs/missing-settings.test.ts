import { expect } from 'chai';
import { decisiveLine } from '../../../../../src/workers/kubernetes-state/logs/decisive-line.ts';
import { settingIn } from '../../../../../src/workers/kubernetes-state/logs/missing-settings.ts';

const meaningOf = (...lines: string[]) => decisiveLine(lines)?.kind?.meaning ?? '';

describe('a setting whose absence a program tells of', () => {
  const named: [string, string][] = [
    ['WARN GEOCODER_BASE_URL is not set', 'GEOCODER_BASE_URL'],
    ['Error: environment variable "TARIFF_API_KEY" must be set', 'TARIFF_API_KEY'],
    ["KeyError: 'LEDGER_DSN'", 'LEDGER_DSN'],
    ['KeyError: key not found: "QUEUE_URL"', 'QUEUE_URL'],
    ['panic: required key METER_TOPIC missing value', 'METER_TOPIC'],
    ['Could not resolve placeholder \'meter.topic\' in value "x"', 'meter.topic'],
    ['fatal: missing required config key meter.topic', 'meter.topic'],
    ['./start.sh: line 4: QUEUE_URL: unbound variable', 'QUEUE_URL'],
    ['time="..." level=warning msg="The "QUEUE_URL" variable is not set. Defaulting to a blank string."', 'QUEUE_URL'],
    ['Please set the TARIFF_API_KEY environment variable', 'TARIFF_API_KEY'],
    ['required environment variable "LEDGER_DSN" is not set', 'LEDGER_DSN'],
  ];
  for (const [line, name] of named)
    it(`is ${name} in: ${line}`, () => {
      expect(settingIn(line)).to.equal(name);
    });

  it('is none where the program does without it, or where something else is missing', () => {
    for (const line of [
      'WARN CACHE_TTL is not set, using default 300',
      'INFO TRACE_ENDPOINT is not set: tracing disabled',
      'ERROR order 7 rejected: field customer_id is missing',
      'ERROR foo is not defined',
      "KeyError: 'customer'",
      'ERROR relation "accounts" is missing',
    ])
      expect(settingIn(line), line).to.equal(null);
  });

  it('explains the address that was put together without it', () => {
    const said = meaningOf(
      'WARN config: GEOCODER_BASE_URL is not set',
      'INFO listening on :8080',
      'ERROR quote failed: TypeError: Failed to parse URL from undefined/v2/places',
    );
    expect(said).to.include('GEOCODER_BASE_URL is not set (missing');
  });

  it('explains an error of the program that speaks of the same', () => {
    const lines = [
      'WARN GEOCODER_TOKEN is not set',
      'INFO listening on :8080',
      "ERROR TypeError: Cannot read properties of undefined (reading 'split')",
      '    at Geocoder.sign (/app/dist/geocoder.js:14:9)',
    ];
    const line = decisiveLine(lines);
    expect(line).to.include({ setting: 'GEOCODER_TOKEN', also: lines[0] });
    expect(line?.text).to.equal(lines[2]);
  });

  it('does not explain errors of something else', () => {
    const line = decisiveLine([
      'WARN GEOCODER_TOKEN is not set',
      'INFO listening on :8080',
      "ERROR TypeError: Cannot read properties of undefined (reading 'split')",
      '    at Basket.add (/app/dist/basket.js:14:9)',
    ]);
    expect(line?.setting).to.equal(null);
    expect(meaningOf('ERROR TypeError: x is not a function')).to.not.include('setting');
  });

  it('is told without its name where only an address without its beginning shows it', () => {
    for (const line of [
      'ERROR quote: Get "/v2/places": unsupported protocol scheme ""',
      "requests.exceptions.MissingSchema: Invalid URL '/v2/places': No scheme supplied. Perhaps you meant https:///v2/places?",
      'ERROR java.net.MalformedURLException: no protocol: null/v2/places',
      'ERROR request to http://undefined:8080/v2 failed, reason: getaddrinfo ENOTFOUND undefined',
    ])
      expect(meaningOf(line), line).to.include('a setting that it needs is not set');
  });

  it('is not seen in what strangers ask for', () => {
    expect(meaningOf('10.0.0.7 - - "GET /static/undefined/app.js HTTP/1.1" 404 12')).to.equal('');
    expect(meaningOf('10.0.0.7 - - "GET /null/ HTTP/1.1" 404 12 "https://shop.example/undefined/"')).to.equal('');
  });
});
