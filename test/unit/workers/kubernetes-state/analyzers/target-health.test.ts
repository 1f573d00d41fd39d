import { expect } from 'chai';
import { concluded, printed } from '../conclude-evidence.ts';

type Recorded = ReturnType<typeof printed>;

const ALERT = 'orders answers 503 to customers';
const ARN =
  'arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/k8s-shop-orders-1a2b3c4d5e/73e2d6bc24d8a067';
const HEALTH = `aws elbv2 describe-target-health --target-group-arn ${ARN}`;
const target = (id: string, state: string, more = {}) => ({
  Target: { Id: id, Port: 8080 },
  HealthCheckPort: '8080',
  TargetHealth: { State: state, ...more },
});
const FAILS = { Reason: 'Target.ResponseCodeMismatch', Description: 'Health checks failed with these codes: [404]' };
const answer = (...targets: object[]) => printed(HEALTH, JSON.stringify({ TargetHealthDescriptions: targets }));
const CLUSTER: Recorded[] = [
  printed(
    'kubectl get pods -n shop -o wide',
    `NAME                      READY   STATUS    RESTARTS   AGE   IP           NODE
orders-7c9d8f6b5-k2x4p    1/1     Running   0          9d    10.42.1.12   node-a
orders-7c9d8f6b5-zt7qv    1/1     Running   0          9d    10.42.2.8    node-b`,
  ),
  printed(
    'kubectl get svc -n shop',
    `NAME     TYPE        CLUSTER-IP    EXTERNAL-IP   PORT(S)    AGE
orders   ClusterIP   10.96.0.20    <none>        8080/TCP   41d`,
  ),
];
const SETTINGS = printed(
  'aws elbv2 describe-target-groups --names k8s-shop-orders-1a2b3c4d5e',
  JSON.stringify({
    TargetGroups: [
      {
        TargetGroupArn: ARN,
        TargetGroupName: 'k8s-shop-orders-1a2b3c4d5e',
        Port: 8080,
        HealthCheckProtocol: 'HTTP',
        HealthCheckPort: 'traffic-port',
        HealthCheckPath: '/healthz',
        LoadBalancerArns: [
          'arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop-web/50dc6c495c0c9188',
        ],
      },
    ],
  }),
);
const series = (metric: string, values: number[], group = 'targetgroup/orders/73e2d6bc24d8a067') => ({
  metric_name: metric,
  dimensions: [{ Name: 'TargetGroup', Value: group }],
  values,
  timestamps: values.map((_, index) => `2031-04-02T10:${String(20 + index).padStart(2, '0')}:00Z`),
});
const metrics = (...all: object[]): Recorded =>
  ({ capability: 'snapshot.json', data: { name: 'metrics', body: { metric_data_results: all } } }) as never;

const GCLOUD = (state: string) =>
  printed(
    'gcloud compute backend-services get-health orders-backend --global',
    `---
backend: https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/networkEndpointGroups/orders-neg
status:
  healthStatus:
  - healthState: ${state}
    instance: https://www.googleapis.com/compute/v1/projects/p/zones/europe-west1-b/instances/node-a
    ipAddress: 10.42.1.12
    port: 8080
  kind: compute#backendServiceGroupHealth`,
  );
const AZURE = (health: string) =>
  printed(
    'az network application-gateway show-backend-health -g shop -n shop-gateway',
    JSON.stringify({
      backendAddressPools: [
        {
          backendAddressPool: {
            id: '/subscriptions/s/resourceGroups/shop/providers/x/backendAddressPools/orders-pool',
          },
          backendHttpSettingsCollection: [
            {
              servers: [
                {
                  address: '10.42.1.12',
                  health,
                  healthProbeLog: 'Received invalid status code: 404 in the backend server',
                },
              ],
            },
          ],
        },
      ],
    }),
  );
const TABLE = (state: string, why: string) =>
  printed(
    `${HEALTH} --output table`,
    `--------------------------------------------------------------
|                    DescribeTargetHealth                    |
+------------------------------------------------------------+
||                 TargetHealthDescriptions                 ||
|+-----------------------------------+----------------------+|
||  HealthCheckPort                  |  8080                ||
|+-----------------------------------+----------------------+|
|||                         Target                         |||
||+----------------------+---------------------------------+||
|||  Id                  |  10.42.1.12                     |||
|||  Port                |  8080                           |||
||+----------------------+---------------------------------+||
|||                      TargetHealth                      |||
||+--------------+-----------------------------------------+||
${why}|||  State       |  ${state}                              |||
||+--------------+-----------------------------------------+||`,
  );
const WHY = `|||  Description |  Health checks failed with these codes: [404]  |||
|||  Reason      |  Target.ResponseCodeMismatch                   |||
`;
const LINES = (state: string) =>
  printed(
    `${HEALTH} --output text`,
    `TARGETHEALTHDESCRIPTIONS\t8080\nTARGET\t10.42.1.12\teu-west-1a\t8080\nTARGETHEALTH\tRequest timed out\tTarget.Timeout\t${state}\n`,
  );
const ECS = (message: string) => printed('kubectl logs -n shop deploy/alb-controller', message);

const ILL: Record<string, [Recorded[], ...string[]]> = {
  'in the JSON of AWS': [
    [answer(target('10.42.1.12', 'unhealthy', FAILS), target('10.42.2.8', 'unhealthy', FAILS)), SETTINGS, ...CLUSTER],
    'Load balancer shop-web: target group k8s-shop-orders-1a2b3c4d5e has no healthy target: all of its targets (10.42.1.12:8080, 10.42.2.8:8080)',
    'it asks HTTP /healthz on port 8080',
    'Target.ResponseCodeMismatch, "Health checks failed with these codes: (404)"',
    'Behind it stands Service orders',
    'ready by their own probe',
  ],
  'in a table of AWS': [
    [TABLE('unhealthy', WHY)],
    'has no healthy target: all of its targets (10.42.1.12:8080)',
    'Target.ResponseCodeMismatch',
  ],
  'in the text of AWS': [[LINES('unhealthy')], '(10.42.1.12:8080)', 'Target.Timeout, "Request timed out"'],
  'as the half of them': [
    [answer(target('10.42.1.12', 'unhealthy', FAILS), target('10.42.2.8', 'healthy'))],
    'has unhealthy targets: 10.42.1.12:8080, but not all, fail the health check',
  ],
  'as a group without any': [[answer()], 'target group k8s-shop-orders-1a2b3c4d5e has no targets at all'],
  'in the outline of Google': [
    [GCLOUD('UNHEALTHY')],
    'target group orders-backend has no healthy target',
    '10.42.1.12:8080',
  ],
  'in the JSON of Azure': [
    [AZURE('Unhealthy')],
    'target group orders-pool has no healthy target',
    'invalid status code: 404',
  ],
  'in metrics of CloudWatch': [
    [
      metrics(
        series('HealthyHostCount', [2, 2, 2, 1, 0, 0]),
        series('UnHealthyHostCount', [0, 0, 0, 1, 2, 2]),
        series('HTTPCode_ELB_5XX_Count', [0, 0, 0, 12, 310, 344]),
      ),
    ],
    'target group orders has no healthy target: the count of healthy ones fell from 2 to 0, that of unhealthy ones is 2',
    'the load balancer itself gives 344 answers with an error of its own',
  ],
  'in the log of a controller': [
    [ECS('2031-04-02T10:30:00Z WARN target group orders-web: 0 of 2 targets healthy, Target.FailedHealthChecks')],
    'target group orders-web has targets that fail their health check, by what is said of alb-controller',
  ],
  'in a warning of the cluster': [
    [
      printed(
        'kubectl get events -n shop',
        `LAST SEEN   TYPE      REASON          OBJECT           MESSAGE
2m          Warning   BackendHealth   ingress/orders   backend "k8s1-orders-8080" is unhealthy`,
      ),
    ],
    'target group k8s1-orders-8080 has targets that fail their health check, by what is said of orders',
  ],
};

const WELL: Record<string, Recorded[]> = {
  'healthy targets': [answer(target('10.42.1.12', 'healthy'), target('10.42.2.8', 'healthy')), SETTINGS, ...CLUSTER],
  'targets that come and go': [
    answer(target('10.42.1.12', 'healthy'), target('10.42.2.8', 'draining'), target('10.42.3.3', 'initial')),
  ],
  'a table of healthy ones': [TABLE('healthy', '')],
  'a text of healthy ones': [LINES('healthy')],
  'a group that nobody uses': [answer(target('10.42.1.12', 'unused', { Reason: 'Target.NotInUse' }))],
  'healthy backends of Google': [GCLOUD('HEALTHY')],
  'healthy servers of Azure': [AZURE('Healthy')],
  'metrics of healthy ones': [
    metrics(series('HealthyHostCount', [2, 2, 2, 2, 2, 2]), series('UnHealthyHostCount', [0, 0, 0, 0, 0, 0])),
  ],
  'metrics of a group that never had one': [metrics(series('HealthyHostCount', [0, 0, 0, 0, 0, 0]))],
  'a log that tells of an end': [
    ECS(
      '2031-04-02T10:10:00Z WARN target group orders-web: 0 of 2 targets healthy\n2031-04-02T10:12:00Z INFO target group orders-web: 2 of 2 targets healthy',
    ),
  ],
};

describe('targets of a load balancer', () => {
  for (const [where, [recorded, ...says]] of Object.entries(ILL)) {
    it(`are found unhealthy ${where}`, () => {
      const { report, struck } = concluded(ALERT, recorded);
      expect(struck).to.deep.equal([]);
      for (const words of says) expect(report.rootCause.statement).to.include(words);
      expect(report.class).to.equal('network');
    });
  }

  for (const [what, recorded] of Object.entries(WELL)) {
    it(`are no cause where there are ${what}`, () => {
      expect(concluded(ALERT, recorded).report.rootCause.statement).to.not.match(/target group|load balancer/i);
    });
  }

  it('of the idle half of two groups that take turns are not missed', () => {
    const other = printed(HEALTH.replace('k8s-shop-orders', 'k8s-shop-green'), '{"TargetHealthDescriptions": []}');
    const { report } = concluded(ALERT, [answer(target('10.42.1.12', 'healthy')), other]);
    expect(report.rootCause.statement).to.not.include('target group');
  });
});
