import { isRecord, type Raw, recordAt, textAt, textsAt } from '../raw.ts';
import { any } from '../read/snapshot-members.ts';
import { type Target, type TargetGroup, targetState } from './target-group.ts';

const MAX_DEPTH = 8;
const MAX_TARGETS = 500;

/** One piece of what an answer tells of a group: a target of it, or its settings. */
type Piece = Pick<TargetGroup, 'name' | 'balancer' | 'check' | 'asked'> & { target: Target | null };

/** What the answer of a cloud's interface tells of target groups (AWS), backend services (Google) and backend pools (Azure). */
export function targetsInJson(body: unknown, named: string | null, evidence: number): TargetGroup[] {
  const pieces = walk(body, named, 0).slice(0, MAX_TARGETS);
  return [...Map.groupBy(pieces, ({ name }) => name)].map(([name, own]) => ({
    name,
    balancer: own.map(({ balancer }) => balancer).find((one) => one !== null) ?? null,
    check: own.map(({ check }) => check).find((one) => one !== null) ?? null,
    targets: own.flatMap(({ target }) => target ?? []),
    asked: own.some(({ asked }) => asked),
    evidence: [evidence],
  }));
}

/** `orders` of `arn:aws:...:targetgroup/orders/73e2d6bc24d8a067`. */
export const groupInArn = (text: string | null): string | null =>
  /\btargetgroup\/([\w-]{1,64})\//.exec(text ?? '')?.[1] ?? null;

const lastSegment = (path: string | null): string | null => path?.split('/').at(-1) ?? null;

function walk(value: unknown, named: string | null, depth: number): Piece[] {
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.slice(0, MAX_TARGETS).flatMap((item) => walk(item, named, depth + 1));
  if (!isRecord(value)) return [];
  const name = nameIn(value) ?? named;
  const target = targetIn(value);
  if (target) return [{ name, target, balancer: null, check: null, asked: true }];
  const list = ['TargetHealthDescriptions', 'target_health_descriptions', 'InstanceStates'].find((key) =>
    Array.isArray(value[key]),
  );
  return [
    ...(list ? [{ name, target: null, balancer: null, check: null, asked: true }] : []),
    ...settingsIn(value, name),
    ...Object.values(value).flatMap((member) => walk(member, name, depth + 1)),
  ];
}

const nameIn = (value: Raw): string | null =>
  any(value, 'TargetGroupName', 'target_group_name', 'target_group') ??
  groupInArn(any(value, 'TargetGroupArn', 'target_group_arn')) ??
  lastSegment(textAt(value, 'backendAddressPool', 'id'));

function targetIn(value: Raw): Target | null {
  const health = [recordAt(value, 'TargetHealth'), recordAt(value, 'target_health')].find(
    (one) => Object.keys(one).length > 0,
  );
  const place = { ...recordAt(value, 'target'), ...recordAt(value, 'Target') };
  if (health && (textAt(place, 'Id') ?? textAt(place, 'id')))
    return toTarget(any(place, 'Id', 'id'), place, any(health, 'State', 'state'), {
      reason: any(health, 'Reason', 'reason'),
      says: any(health, 'Description', 'description'),
    });
  const instance = textAt(value, 'InstanceId');
  if (instance && /^(?:In|OutOf)Service$/.test(textAt(value, 'State') ?? ''))
    return toTarget(instance, value, textAt(value, 'State'), { reason: null, says: textAt(value, 'Description') });
  const state = textAt(value, 'healthState');
  if (state)
    return toTarget(any(value, 'ipAddress') ?? lastSegment(any(value, 'instance')), value, state, NOTHING_SAID);
  const word = textAt(value, 'health');
  // Application Gateway tells more of a server than its address and health.
  return word && textAt(value, 'address') && ('healthProbeLog' in value || 'ipConfiguration' in value)
    ? toTarget(textAt(value, 'address'), value, word, { reason: null, says: textAt(value, 'healthProbeLog') })
    : null;
}

const NOTHING_SAID = { reason: null, says: null };

const toTarget = (
  id: string | null,
  place: Raw,
  state: string | null,
  said: Pick<Target, 'reason' | 'says'>,
): Target | null =>
  id && state ? { id, port: portIn(place, 'Port', 'port'), state: targetState(state), ...said } : null;

function portIn(place: Raw, ...names: string[]): string | null {
  const port = names.map((key) => place[key]).find((one) => typeof one === 'number' || typeof one === 'string');
  return port === undefined || port === '' ? null : String(port);
}

/** The settings of a target group, where it leads anybody anywhere: one that no load balancer uses harms nobody. */
function settingsIn(value: Raw, name: string | null): Piece[] {
  const protocol = textAt(value, 'HealthCheckProtocol');
  if (!protocol || !name) return [];
  const port = portIn(value, 'HealthCheckPort');
  const shown = port === 'traffic-port' ? (portIn(value, 'Port') ?? port) : port;
  const [balancer] = textsAt(value, 'LoadBalancerArns');
  return [
    {
      name,
      target: null,
      balancer: /\bloadbalancer\/(?:(?:app|net|gwy)\/)?([\w-]{1,64})/.exec(balancer ?? '')?.[1] ?? null,
      check: [protocol, textAt(value, 'HealthCheckPath'), shown && `on port ${shown}`].filter(Boolean).join(' '),
      asked: false,
    },
  ];
}
