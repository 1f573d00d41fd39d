import { oneLine } from '../../detectors/support/text.ts';
import { type Version, versionsIn } from '../versions.ts';
import type { Consequence, ReadChange } from './harm.ts';

/** Frameworks that answer requests, by the names of their libraries, and how what they say themselves is known: their packages and classes. */
const FRAMEWORKS: readonly [library: RegExp, own: string][] = [
  [
    /spring-?(?:boot|framework|web\w*|mvc|core|cloud|security|data)/i,
    'springframework[\\w.]*|DispatcherServlet|HandlerExceptionResolver',
  ],
  [/hibernate/i, 'org\\.hibernate'],
  [/quarkus|resteasy/i, 'io\\.quarkus|resteasy'],
  [/micronaut/i, 'io\\.micronaut'],
  [/\bktor/i, 'io\\.ktor'],
  [/dropwizard|jersey/i, 'dropwizard|glassfish\\.jersey'],
  [
    /\brails$|actionpack|railties|activesupport|activerecord/i,
    'Action(?:Controller|Dispatch|View)|Active(?:Record|Support|Model)',
  ],
  [/\bsinatra|\brack$/i, 'sinatra|\\bRack::'],
  [/^django$|djangorestframework/i, 'django\\.|rest_framework'],
  [/^(?:flask|werkzeug)$/i, 'flask|werkzeug'],
  [/^(?:fastapi|starlette|pydantic)$/i, 'fastapi|starlette|pydantic'],
  [
    /^(?:express|koa|fastify|hapi|@hapi\/hapi)$/i,
    'node_modules\\/(?:express|koa|fastify|router|@hapi)|FST_ERR|path-to-regexp',
  ],
  [/@nestjs\//i, '\\[Nest\\]|@nestjs|ExceptionsHandler'],
  [/^next$|^nuxt$/i, 'node_modules\\/(?:next|nuxt)|NEXT_'],
  [/laravel\/framework/i, 'Illuminate|laravel'],
  [/symfony\//i, 'Symfony'],
  [/AspNetCore|TargetFramework/i, 'Microsoft\\.AspNetCore|Microsoft\\.Hosting'],
  [/gin-gonic|labstack\/echo|gofiber\/fiber|go-chi\/chi/i, '\\[GIN|labstack|\\bcode=\\d{3}, message=|gofiber'],
  [/\bphoenix$|\bplug$/i, 'Phoenix\\.|Plug\\.'],
  [/^(?:axum|actix-web|rocket|warp|hyper)$/i, 'axum|actix|rocket|hyper'],
  [/play-(?:server|json)|playframework|akka-http|pekko/i, 'play\\.api|akka\\.http|pekko'],
];

/** What a framework decides before any code of a program sees a request: which route it takes, and in what form it comes. */
const DECIDED =
  '(?:\\b|_)(?:40[0456]|415|422)\\b(?!\\d)|(?:\\b|_)(?:40[0456]|415|422)_|no (?:static resource|route|handler|mapping|endpoint)\\w*|method not allowed|unsupported media type|not acceptable|NoHandlerFound|NoResourceFound|RoutingError|deseriali[sz]|message ?not ?readable|cannot (?:parse|decode|bind)';

/**
 * Another major version of the framework that answers the requests: which paths a route takes and what form requests and answers have may be
 * decided otherwise. Known of its kind only, so that it counts where it runs, and less than what lines say plainly.
 */
export function frameworkVersion({ detail }: Pick<ReadChange, 'detail'>): Consequence[] {
  const versions = versionsIn(detail);
  for (const came of versions.filter(({ sign }) => sign === '+')) {
    const framework = FRAMEWORKS.find(([library]) => library.test(came.name));
    const was = framework && versions.find(({ sign, name }) => sign === '-' && name === came.name);
    if (!framework || !was || majorOf(was) >= majorOf(came)) continue;
    const why = `it takes major version ${majorOf(came)} of ${oneLine(came.name, 60)} instead of ${majorOf(was)}, which may route, read and answer requests by other rules`;
    return [{ why, shows: new RegExp(`${framework[1]}|${DECIDED}`, 'i') }];
  }
  return [];
}

const majorOf = ({ version }: Version): number => Number(version.split('.')[0]);
