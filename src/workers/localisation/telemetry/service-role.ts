import { wordsOf } from './metric-kind.ts';

/**
 * What a service is for, as far as its name tells.
 *
 * entrance  requests come in here and are passed on: gateways, proxies, load balancers, user interfaces
 * store     answers and calls nobody: databases, caches, queues, buckets
 * middle    any other
 */
export type ServiceRole = 'entrance' | 'middle' | 'store';

const ENTRANCE =
  /\b(gateway|ingress|front ?end|web|website|webapp|ui|portal|edge|proxy|nginx|envoy|haproxy|traefik|[aen]lb|load ?balancer|cdn)\b/;
const DATABASE =
  /\b(sql|database|db|postgres\w*|mysql|mariadb|mongo ?(db)?|redis|valkey|dynamo ?db|cassandra|elasticsearch|opensearch|rds|cockroach\w*|memcached?)\b/;
const OTHER_STORE = /\b(s3|bucket|table|cache|queue|sqs|kafka|rabbit ?mq|storage|blob)\b/;

export const isDatabase = (service: string): boolean => DATABASE.test(wordsOf(service));

export function serviceRole(service: string): ServiceRole {
  const words = wordsOf(service);
  if (DATABASE.test(words) || OTHER_STORE.test(words)) return 'store';
  return ENTRANCE.test(words) ? 'entrance' : 'middle';
}
