import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SOURCE_NAMES } from '../../../src/producer/sources/index.ts';
import { loadConfig, SECRET_VARIABLES } from '../../../src/shared/config.ts';
import { CONFIG_SOURCE, configVariables, ROOT, readText, readYaml } from './support/deploy-files.ts';

const readme = readText('README.md');
const documents = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
const secrets = SECRET_VARIABLES as readonly string[];

describe('the table of variables in the README', () => {
  const rows = [...readme.matchAll(/^\| `([A-Z][A-Z0-9_]+)` *\| (.*?) *\| (.*?) *\|$/gm)].map(
    ([, name, value, text]) => ({
      name: name!,
      value: value!,
      text: text!,
    }),
  );

  it('lists every variable that the configuration reads, once', () => {
    expect(configVariables()).to.have.length.greaterThan(30);
    expect(rows.map(({ name }) => name)).to.have.members(configVariables());
  });

  it('gives the defaults that the configuration has', () => {
    for (const { name, value } of rows) expect(value, name).to.equal(defaultOf(name) ?? '');
  });

  it('marks the secrets', () => {
    const marked = rows.filter(({ text }) => text.startsWith('(secret)')).map(({ name }) => name);
    expect(marked).to.have.members([...secrets]);
  });
});

describe('.env.example', () => {
  const lines = [...readText('.env.example').matchAll(/^#([A-Z][A-Z0-9_]+)=(.*)$/gm)];
  const values = Object.fromEntries(lines.map(([, name, value]) => [name!, value!]));

  it('has every variable, once', () => {
    expect(lines.map(([, name]) => name)).to.have.members(configVariables());
  });

  it('has values that the configuration takes', () => {
    expect(() => loadConfig(values)).not.to.throw();
  });

  it('shows the default where there is one', () => {
    for (const [name, value] of Object.entries(values)) {
      const byDefault = defaultOf(name);
      if (byDefault && byDefault !== '``') expect(`\`${value}\``, name).to.equal(byDefault);
    }
  });
});

describe('the documents', () => {
  it('name npm scripts that exist', () => {
    const { scripts } = JSON.parse(readText('package.json'));
    for (const document of documents) {
      const named = [...readText(document).matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, script]) => script!);
      for (const script of named) expect(scripts, document).to.have.property(script);
    }
  });

  it('name files that exist', () => {
    for (const document of documents) {
      const text = readText(document);
      const linked = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!);
      const quoted = [...text.matchAll(/`((?:src|scripts|test|deploy|docs|\.ci)\/[\w./-]+)`/g)].map(
        ([, path]) => path!,
      );
      const missing = [...linked, ...quoted].filter((path) => !existsSync(join(ROOT, path)));
      expect(missing, document).to.deep.equal([]);
    }
  });

  it('show how to send an alert from every source', () => {
    for (const source of SOURCE_NAMES) expect(readme).to.include(`/alerts/${source}`);
  });

  it('have a picture that is not too big', () => {
    for (const name of readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.png'))) {
      expect(statSync(join(ROOT, 'docs', name)).size, name).to.be.lessThan(400 * 1024);
      expect(readme).to.include(`docs/${name}`);
    }
  });
});

describe('deploy/slack-app-manifest.yaml', () => {
  const [manifest] = readYaml(join(ROOT, 'deploy/slack-app-manifest.yaml'));
  /** The bot scopes of every Web API method that our Slack server calls, for public and private channels. */
  const SCOPES: Record<string, string[]> = {
    'auth.test': [],
    'chat.postMessage': ['chat:write'],
    'chat.update': ['chat:write'],
    'chat.delete': ['chat:write'],
    'conversations.info': ['channels:read', 'groups:read'],
    'conversations.list': ['channels:read'],
    'conversations.history': ['channels:history', 'groups:history'],
    'conversations.replies': ['channels:history', 'groups:history'],
    'files.getUploadURLExternal': ['files:write'],
    'files.completeUploadExternal': ['files:write'],
    'files.delete': ['files:write'],
  };

  it('asks for the scopes that our calls need, and no more', () => {
    const folder = 'src/shared/mcp/servers/slack';
    const code = readdirSync(join(ROOT, folder))
      .map((file) => readText(`${folder}/${file}`))
      .join('\n');
    const methods = [...code.matchAll(/'((?:auth|chat|conversations|files)\.\w+)'/g)].map(([, method]) => method!);
    expect([...new Set(methods)]).to.have.members(Object.keys(SCOPES));
    expect(manifest.oauth_config.scopes.bot).to.have.members([...new Set(Object.values(SCOPES).flat())]);
  });

  it('sends the messages of channels to the source for Slack', () => {
    const { request_url: url, bot_events: events } = manifest.settings.event_subscriptions;
    expect(new URL(url).pathname).to.equal('/alerts/slack');
    expect(events).to.have.members(['message.channels', 'message.groups']);
  });
});

/** The default of a variable as the README shows it, read from config.ts: null where there is none. */
function defaultOf(name: string): string | null {
  const declared = new RegExp(`^ {2}${name}: ([\\s\\S]+?),\\n(?: {2}[A-Z}.]|\\})`, 'm').exec(CONFIG_SOURCE)?.[1] ?? '';
  const value =
    /^(?:wholeNumber|amount)\((\d[\d_]*)/.exec(declared)?.[1]?.replaceAll('_', '') ??
    /\.default\('([^']*)'\)/.exec(declared)?.[1];
  if (declared === 'flag') return '`false`';
  return value === undefined ? null : `\`${value}\``;
}
