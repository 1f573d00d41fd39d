/** What frameworks and servers write every day about clients, scanners, defaults and their own housekeeping. */
export const HABITUAL: readonly RegExp[] = [
  // A pool that finds a connection closed by the server opens another one.
  /Failed to validate connection .{0,300}maxLifetime/,
  // Clients that went away, and Spring's word for requests that it answered with 4xx.
  /ClientAbortException|AsyncRequestNotUsableException|\bResolved \[(?:org\.springframework\.(?:web|http|security)\.|(?:Http(?:RequestMethod|MediaType|Message)|MissingServletRequest|MethodArgument|NoResource|NoHandler)\w*Exception)/,
  /NODE_TLS_REJECT_UNAUTHORIZED|InsecureRequestWarning/,
  /\b(?:is|are|was) (?:not set|unset|undefined)[,;:.(]? {0,2}(?:- )?(?:so )?(?:falling back|using (?:the )?default|defaulting to (?!a? ?(?:blank|empty|null)))/i,
  // What a program only measures or reports with.
  /\bnot set\b.{0,40}\b(?:tracing|metrics|telemetry|profiling|analytics|error reporting|crash reporting)\b.{0,20}\b(?:disabled|off)\b/i,
  // Two controllers that write one object: the second reads it again.
  /the object has been modified; please apply your changes to the latest version/,
  // A file that a stranger asked for, and a stranger who hung up.
  /open\(\) "[^"]{1,300}" failed \(2: No such file or directory\), client: (?!.{0,200}"(?:GET|HEAD) \/(?:index\.html)? HTTP)/,
  /while (?:reading|waiting for) client request/,
  /Invalid HTTP_HOST header: '\d{1,3}(?:\.\d{1,3}){3}/,
  // Paths that Rails does not know: what scanners and browsers ask for.
  /ActionController::RoutingError|No route matches \[/,
  // Django's words for 4xx.
  /\bWARNING\b.{0,60}\b(?:Not Found|Bad Request|Unauthorized|Forbidden|Method Not Allowed)\b[^:]{0,40}: \//,
];

/** A request that was refused because of what the client sent. */
const CLIENT_FAULT =
  /\bstatus(?:_?code)?["=: ]{1,4}4(?:00|04|05|09|10|12|13|15|22|29)\b|\bclient error\b|\b(?:answered|responded|rejected|refused)(?: with)? \(?4(?:00|01|03|04|05|09|10|12|13|15|22|29)\b/i;
/** How clients of the frameworks write that a request of their own was refused: there the program is the client. */
const OWN_REQUEST =
  /Client Error\b.{0,80} for url\b|Client error: `|HttpClientErrorException|AxiosError|\bfetch\w* failed\b|\bFaraday::|the server responded with status|\b(?:GET|POST|PUT|PATCH|DELETE|HEAD) ["'`]?https?:\/\//;
const SERVER_FAULT = /\b(?:status(?:_?code)?["=: ]{1,4}|HTTP\/\d\S* )5\d\d\b/i;

/** True for a line that says nothing of a fault, whatever words stand in it. */
export function isHabitual(line: string): boolean {
  if (HABITUAL.some((pattern) => pattern.test(line))) return true;
  return CLIENT_FAULT.test(line) && !SERVER_FAULT.test(line) && !OWN_REQUEST.test(line);
}
