import { expect } from 'chai';
import { effectOf } from '../../../../../src/workers/changes/change-effect.ts';
import { frameworkVersion } from '../../../../../src/workers/changes/harms/framework-version.ts';
import { suspectChange } from '../../../../../src/workers/changes/suspect-change.ts';
import { incident } from '../../../../fixtures/rca/change-incident.ts';

const RAISED: [file: string, diff: string, own: string][] = [
  ['gradle/libs.versions.toml', '-spring-boot = "2.7.18"\n+spring-boot = "3.3.5"', 'org.springframework.web.X: no'],
  ['package.json', '-    "express": "^4.19.2",\n+    "express": "^5.1.0",', 'at node_modules/express/lib/router.js'],
  [
    'go.mod',
    '-\tgithub.com/labstack/echo/v4 v4.11.4\n+\tgithub.com/labstack/echo/v5 v5.0.1',
    'code=415, message=Unsupported',
  ],
  ['Gemfile', "-gem 'rails', '6.1.7'\n+gem 'rails', '7.1.3'", 'ActionController::RoutingError (No route matches)'],
  [
    'pom.xml',
    ' <artifactId>spring-boot-starter-parent</artifactId>\n-<version>2.7.1</version>\n+<version>3.2.0</version>',
    'Resolved by DispatcherServlet',
  ],
  ['requirements.txt', '-Django==3.2.25\n+Django==5.0.6', 'django.urls.exceptions.Resolver404'],
];

describe('another major version of a framework', () => {
  for (const [file, diff, own] of RAISED) {
    it(`is known in ${file}, and shows in its own words or in what frameworks decide`, () => {
      const [harm] = frameworkVersion({ detail: diff });
      expect(harm?.why, diff).to.include('major version');
      expect(harm!.isPlain, 'known of its kind only').to.equal(undefined);
      const shown = [own, 'http_404_ratio', 'POST /seats/ 404 in 2 ms', 'disk full', 'seat 4041 is taken'];
      expect(shown.map((line) => harm!.shows.test(line))).to.deep.equal([true, true, true, false, false]);
      const { consequences } = effectOf({
        kind: 'commit',
        id: 'c',
        service: null,
        at: null,
        title: 't',
        detail: diff,
        files: [file],
      });
      expect(consequences.map(({ why }) => why)).to.include(harm!.why);
    });
  }

  it('is none for minor and patch versions, for what goes back, and for other libraries', () => {
    for (const diff of [
      '-spring-boot = "3.2.1"\n+spring-boot = "3.3.5"',
      '-spring-boot = "3.3.5"\n+spring-boot = "2.7.18"',
      '-lodash = "3.0.0"\n+lodash = "4.0.0"',
      '+spring-boot = "3.3.5"',
    ])
      expect(frameworkVersion({ detail: diff }), diff).to.deep.equal([]);
  });

  it('is to blame at its own service beside code that moves with it, and not elsewhere', () => {
    const told = (service: string) =>
      incident({
        service: 'seats',
        metric: 'http_415_ratio',
        complaints: [{ service: 'seats', body: 'POST /seats 415 Unsupported Media Type, request %', severity: 'WARN' }],
        commits: [
          {
            id: 'bb11bb11bb',
            title: 'Rails 7',
            files: ['Gemfile', 'app/seat.rb'],
            diff: "@@ Gemfile @@\n-gem 'rails', '6.1.7'\n+gem 'rails', '7.1.3'\n@@ app/seat.rb @@\n-require 'old'\n+require 'new'",
            deployed: [service, 11],
          },
        ],
      });
    expect(suspectChange(told('seats'))!.culprit?.live.id).to.equal('bb11bb11bb');
    expect(suspectChange(told('letters'))!.culprit).to.equal(null);
  });
});
