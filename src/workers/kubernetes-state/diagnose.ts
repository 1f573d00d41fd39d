import { alertText } from '../alert-facts.ts';
import type { DetectorInput } from '../detectors/detector.ts';
import { oncePer } from '../detectors/support/once-per.ts';
import { addresses } from './analyzers/addresses.ts';
import { admission } from './analyzers/admission.ts';
import { apiServices } from './analyzers/api-services.ts';
import { autoscaling } from './analyzers/autoscaling.ts';
import { callGaps } from './analyzers/call-gaps.ts';
import { callLatency } from './analyzers/call-latency.ts';
import { certificates } from './analyzers/certificates.ts';
import { changedConfiguration } from './analyzers/changed-configuration.ts';
import { changedTemplates } from './analyzers/changed-templates.ts';
import { consumerLag } from './analyzers/consumer-lag.ts';
import { crashes } from './analyzers/crashes.ts';
import { deniedCalls } from './analyzers/denied-calls.ts';
import { deniedFlows } from './analyzers/denied-flows.ts';
import { desiredPods } from './analyzers/desired-pods.ts';
import { faultInjection } from './analyzers/fault-injection.ts';
import { featureFlags } from './analyzers/feature-flags.ts';
import { foreignEndpoints } from './analyzers/foreign-endpoints.ts';
import { gateways } from './analyzers/gateways.ts';
import { images } from './analyzers/images.ts';
import { ingresses } from './analyzers/ingresses.ts';
import { jobs } from './analyzers/jobs.ts';
import { limitRanges } from './analyzers/limit-ranges.ts';
import { listening } from './analyzers/listening.ts';
import { loadBalancers } from './analyzers/load-balancers.ts';
import { logErrors } from './analyzers/log-errors.ts';
import { measuredNetwork } from './analyzers/measured-network.ts';
import { meshSecurity } from './analyzers/mesh-security.ts';
import { meshSubsets } from './analyzers/mesh-subsets.ts';
import { missingClaims } from './analyzers/missing-claims.ts';
import { missingKeys } from './analyzers/missing-keys.ts';
import { nameServersDown } from './analyzers/name-servers.ts';
import { namesAndFaults, otherEvents, portConflicts } from './analyzers/names-and-faults.ts';
import { networkPolicies } from './analyzers/network-policies.ts';
import { nodes } from './analyzers/nodes.ts';
import { pathRewrites } from './analyzers/path-rewrites.ts';
import { permissions } from './analyzers/permissions.ts';
import { policyChanges } from './analyzers/policy-changes.ts';
import { printedCertificates } from './analyzers/printed-certificates.ts';
import { printedMetrics } from './analyzers/printed-metrics.ts';
import { probes } from './analyzers/probes.ts';
import { quotas } from './analyzers/quotas.ts';
import { references } from './analyzers/references.ts';
import { repeatedCalls } from './analyzers/repeated-calls.ts';
import { rollouts } from './analyzers/rollouts.ts';
import { scheduling } from './analyzers/scheduling.ts';
import { services } from './analyzers/services.ts';
import { sharedBinaries } from './analyzers/shared-binaries.ts';
import { sharedSelectors } from './analyzers/shared-selectors.ts';
import { slowSteps } from './analyzers/slow-steps.ts';
import { startErrors } from './analyzers/start-errors.ts';
import { statusPages } from './analyzers/status-pages.ts';
import { storage } from './analyzers/storage.ts';
import { storeFacts } from './analyzers/store-facts.ts';
import { stuckDeletions } from './analyzers/stuck-deletions.ts';
import { targetHealth } from './analyzers/target-health.ts';
import { timedSteps } from './analyzers/timed-steps.ts';
import { unreadQueues } from './analyzers/unread-queues.ts';
import { unroutedRequests } from './analyzers/unrouted-requests.ts';
import { upstreamNameServers } from './analyzers/upstream-name-servers.ts';
import { usage } from './analyzers/usage.ts';
import { waitingWork } from './analyzers/waiting-work.ts';
import { webhooks } from './analyzers/webhooks.ts';
import { buildState } from './build-state.ts';
import type { Analyzer, Context, Diagnosis } from './diagnosis.ts';
import { inKnownNamespaces } from './known-namespace.ts';
import { rankDiagnoses } from './rank-diagnoses.ts';
import { type Subjects, subjectsOf } from './subjects.ts';
import { withoutOverOnes } from './whole-workloads.ts';

/** Every analyzer; their order does not matter. */
export const ANALYZERS = {
  scheduling,
  images,
  startErrors,
  crashes,
  probes,
  admission,
  rollouts,
  jobs,
  autoscaling,
  services,
  foreignEndpoints,
  addresses,
  ingresses,
  gateways,
  webhooks,
  networkPolicies,
  deniedFlows,
  deniedCalls,
  policyChanges,
  storage,
  missingClaims,
  missingKeys,
  references,
  permissions,
  quotas,
  limitRanges,
  nodes,
  usage,
  desiredPods,
  namesAndFaults,
  faultInjection,
  portConflicts,
  otherEvents,
  logErrors,
  slowSteps,
  timedSteps,
  waitingWork,
  callGaps,
  callLatency,
  repeatedCalls,
  consumerLag,
  measuredNetwork,
  featureFlags,
  sharedBinaries,
  storeFacts,
  unreadQueues,
  statusPages,
  changedConfiguration,
  changedTemplates,
  meshSecurity,
  meshSubsets,
  pathRewrites,
  nameServersDown,
  upstreamNameServers,
  apiServices,
  certificates,
  stuckDeletions,
  printedMetrics,
  printedCertificates,
  sharedSelectors,
  unroutedRequests,
  loadBalancers,
  targetHealth,
  listening,
} as const satisfies Record<string, Analyzer>;

/** Reads the evidence and lets every analyzer look at it: the diagnoses in the order in which they explain the alert. */
export const diagnose = oncePer(
  (input: DetectorInput): { context: Context; subjects: Subjects; diagnoses: Diagnosis[] } => {
    const context: Context = { state: buildState(input.evidence), input, text: alertWords(input) };
    const subjects = subjectsOf(context);
    const found = Object.values(ANALYZERS)
      .flatMap((analyzer) => analyzer(context))
      .map((one) => inKnownNamespaces(one, context));
    return {
      context,
      subjects,
      diagnoses: rankDiagnoses(withoutOverOnes(found, context), subjects, context.text),
    };
  },
);

/** Title, description and the values of the labels, which name objects. */
function alertWords({ alerts }: DetectorInput): string {
  const labels = alerts.flatMap(({ labels: own, service, namespace }) => [
    ...Object.values(own),
    service ?? '',
    namespace ?? '',
  ]);
  return [alertText(alerts), ...labels].join('\n').toLowerCase();
}
