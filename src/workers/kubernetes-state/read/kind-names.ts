/** Every name by which kubectl knows a kind, lower case. */
const ALIASES: Record<string, readonly string[]> = {
  Pod: ['pod', 'pods', 'po'],
  Deployment: ['deployment', 'deployments', 'deploy', 'deployment.apps', 'deployments.apps'],
  ReplicaSet: ['replicaset', 'replicasets', 'rs', 'replicaset.apps', 'replicasets.apps'],
  StatefulSet: ['statefulset', 'statefulsets', 'sts', 'statefulset.apps', 'statefulsets.apps'],
  DaemonSet: ['daemonset', 'daemonsets', 'ds', 'daemonset.apps', 'daemonsets.apps'],
  Job: ['job', 'jobs', 'job.batch', 'jobs.batch'],
  CronJob: ['cronjob', 'cronjobs', 'cj', 'cronjob.batch', 'cronjobs.batch'],
  Service: ['service', 'services', 'svc'],
  Endpoints: ['endpoints', 'endpoint', 'ep'],
  EndpointSlice: ['endpointslice', 'endpointslices', 'endpointslices.discovery.k8s.io'],
  Ingress: ['ingress', 'ingresses', 'ing', 'ingress.networking.k8s.io', 'ingresses.networking.k8s.io'],
  IngressClass: [
    'ingressclass',
    'ingressclasses',
    'ingressclass.networking.k8s.io',
    'ingressclasses.networking.k8s.io',
  ],
  NetworkPolicy: [
    'networkpolicy',
    'networkpolicies',
    'netpol',
    'networkpolicy.networking.k8s.io',
    'networkpolicies.networking.k8s.io',
  ],
  PersistentVolumeClaim: ['persistentvolumeclaim', 'persistentvolumeclaims', 'pvc'],
  PersistentVolume: ['persistentvolume', 'persistentvolumes', 'pv'],
  StorageClass: [
    'storageclass',
    'storageclasses',
    'sc',
    'storageclass.storage.k8s.io',
    'storageclasses.storage.k8s.io',
  ],
  Node: ['node', 'nodes', 'no'],
  Namespace: ['namespace', 'namespaces', 'ns'],
  ConfigMap: ['configmap', 'configmaps', 'cm'],
  Secret: ['secret', 'secrets'],
  ServiceAccount: ['serviceaccount', 'serviceaccounts', 'sa'],
  Role: ['role', 'roles', 'role.rbac.authorization.k8s.io', 'roles.rbac.authorization.k8s.io'],
  RoleBinding: ['rolebinding', 'rolebindings', 'rolebinding.rbac.authorization.k8s.io'],
  ClusterRole: ['clusterrole', 'clusterroles'],
  ClusterRoleBinding: ['clusterrolebinding', 'clusterrolebindings'],
  HorizontalPodAutoscaler: [
    'horizontalpodautoscaler',
    'horizontalpodautoscalers',
    'hpa',
    'horizontalpodautoscaler.autoscaling',
  ],
  PodDisruptionBudget: ['poddisruptionbudget', 'poddisruptionbudgets', 'pdb', 'poddisruptionbudget.policy'],
  ResourceQuota: ['resourcequota', 'resourcequotas', 'quota'],
  LimitRange: ['limitrange', 'limitranges', 'limits'],
  PriorityClass: ['priorityclass', 'priorityclasses', 'pc'],
  Event: ['event', 'events', 'ev', 'events.events.k8s.io'],
  ValidatingWebhookConfiguration: ['validatingwebhookconfiguration', 'validatingwebhookconfigurations'],
  MutatingWebhookConfiguration: ['mutatingwebhookconfiguration', 'mutatingwebhookconfigurations'],
  NetworkChaos: ['networkchaos', 'networkchaos.chaos-mesh.org'],
  PodChaos: ['podchaos', 'podchaos.chaos-mesh.org'],
  StressChaos: ['stresschaos', 'stresschaos.chaos-mesh.org'],
  DNSChaos: ['dnschaos', 'dnschaos.chaos-mesh.org'],
  HTTPChaos: ['httpchaos', 'httpchaos.chaos-mesh.org'],
  IOChaos: ['iochaos', 'iochaos.chaos-mesh.org'],
  TimeChaos: ['timechaos', 'timechaos.chaos-mesh.org'],
  KernelChaos: ['kernelchaos', 'kernelchaos.chaos-mesh.org'],
  JVMChaos: ['jvmchaos', 'jvmchaos.chaos-mesh.org'],
  HTTPRoute: ['httproute', 'httproutes', 'httproute.gateway.networking.k8s.io', 'httproutes.gateway.networking.k8s.io'],
  GRPCRoute: ['grpcroute', 'grpcroutes', 'grpcroute.gateway.networking.k8s.io'],
  Gateway: ['gateway', 'gateways', 'gtw', 'gateway.gateway.networking.k8s.io', 'gateways.gateway.networking.k8s.io'],
  DestinationRule: ['destinationrule', 'destinationrules', 'dr', 'destinationrule.networking.istio.io'],
  PeerAuthentication: ['peerauthentication', 'peerauthentications', 'pa', 'peerauthentication.security.istio.io'],
  AuthorizationPolicy: ['authorizationpolicy', 'authorizationpolicies', 'authorizationpolicy.security.istio.io'],
  APIService: ['apiservice', 'apiservices', 'apiservice.apiregistration.k8s.io'],
  ExternalSecret: ['externalsecret', 'externalsecrets', 'es', 'externalsecret.external-secrets.io'],
  Certificate: ['certificate', 'certificates', 'certificate.cert-manager.io'],
  ScaledObject: ['scaledobject', 'scaledobjects', 'so', 'scaledobject.keda.sh', 'scaledobjects.keda.sh'],
  VirtualService: ['virtualservice', 'virtualservices', 'vs', 'virtualservice.networking.istio.io'],
};

const KIND_OF = new Map(Object.entries(ALIASES).flatMap(([kind, names]) => names.map((name) => [name, kind] as const)));

/** The kind of a name as kubectl accepts it (`po`, `deployments.apps`, `StatefulSet`); null where it is none. */
export function kindOf(name: string): string | null {
  const plain = name.toLowerCase();
  return KIND_OF.get(plain) ?? KIND_OF.get(plain.split('.')[0] ?? '') ?? null;
}

const CLUSTER_WIDE = new Set([
  'Node',
  'Namespace',
  'PersistentVolume',
  'StorageClass',
  'ClusterRole',
  'ClusterRoleBinding',
  'IngressClass',
  'APIService',
  'CustomResourceDefinition',
  'PriorityClass',
  'ValidatingWebhookConfiguration',
  'MutatingWebhookConfiguration',
]);

/** True for kinds that live in no namespace. */
export const isClusterWide = (kind: string): boolean => CLUSTER_WIDE.has(kind);
