import type { Raw } from '../raw.ts';
import { ageSeconds, describeTime } from './ages.ts';
import { isClusterWide, kindOf } from './kind-names.ts';
import type { Table, TableRow } from './table.ts';

/** The rows of a table as objects in the form of the API; `kind` where every row is of one, else the name's prefix tells. */
export function tableObjects(table: Table, asked: string | null, namespace: string | null): Raw[] {
  const kind = asked ?? kindOfColumns(table.columns);
  return table.rows.flatMap((row) => {
    // `kubectl top pods --containers` names the container, and the pod in a column before it.
    const named = row.POD ?? row.NAME ?? '';
    const [prefix, rest] = named.includes('/') ? named.split('/', 2) : [null, named.replace(/ \(default\)$/, '')];
    const own = prefix ? kindOf(prefix) : kind;
    if (!own || !rest || !/^[a-z0-9][\w.:-]*$/i.test(rest)) return [];
    const place = isClusterWide(own) ? null : (row.NAMESPACE ?? namespace);
    const body = Object.hasOwn(BODIES, own) ? BODIES[own]?.(row) : {};
    return [
      {
        ...body,
        kind: own,
        metadata: { name: rest, namespace: place, labels: labelsOf(row.LABELS), age: row.AGE ?? null },
      },
    ];
  });
}

/** The kind that a table's columns give away, null where many kinds print the same. */
function kindOfColumns(columns: string[]): string | null {
  const has = (...names: string[]) => names.every((name) => columns.includes(name));
  if (has('READY', 'STATUS', 'RESTARTS')) return 'Pod';
  if (has('UP-TO-DATE', 'AVAILABLE', 'NODE SELECTOR')) return 'DaemonSet';
  if (has('READY', 'UP-TO-DATE', 'AVAILABLE')) return 'Deployment';
  if (has('DESIRED', 'CURRENT', 'READY')) return 'ReplicaSet';
  if (has('CLUSTER-IP', 'PORT(S)')) return 'Service';
  if (has('CPU(cores)', 'MEMORY(bytes)')) return has('CPU%') || has('CPU(%)') ? null : 'Pod';
  if (has('ADDRESSTYPE', 'ENDPOINTS')) return 'EndpointSlice';
  if (has('ENDPOINTS')) return 'Endpoints';
  if (has('ROLES', 'VERSION')) return 'Node';
  if (has('CLAIM', 'RECLAIM POLICY')) return 'PersistentVolume';
  if (has('STATUS', 'VOLUME', 'STORAGECLASS')) return 'PersistentVolumeClaim';
  if (has('PROVISIONER')) return 'StorageClass';
  if (has('COMPLETIONS', 'DURATION')) return 'Job';
  if (has('SCHEDULE', 'SUSPEND')) return 'CronJob';
  if (has('REFERENCE', 'TARGETS')) return 'HorizontalPodAutoscaler';
  if (has('HOSTS', 'PORTS')) return 'Ingress';
  if (has('ALLOWED DISRUPTIONS')) return 'PodDisruptionBudget';
  if (has('REQUEST', 'LIMIT')) return 'ResourceQuota';
  if (has('POD-SELECTOR')) return 'NetworkPolicy';
  return has('READY', 'AGE') && columns.length <= 6 ? 'StatefulSet' : null;
}

function labelsOf(text: string | undefined): Record<string, string> {
  return Object.fromEntries(
    (text ?? '').split(',').flatMap((pair) => {
      const at = pair.indexOf('=');
      return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)]] : [];
    }),
  );
}

const plain = (text: string | undefined): string | null => (!text || /^<\w+>$/.test(text) ? null : text);
const numberOf = (text: string | undefined): number | null =>
  text && /^\d+/.test(text) ? Number.parseInt(text, 10) : null;
const share = (text: string | undefined): [number | null, number | null] => {
  const match = /^(\d+)\/(\d+)/.exec(text ?? '');
  return match ? [Number(match[1]), Number(match[2])] : [null, null];
};

const PHASES = new Set(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']);

const BODIES: Record<string, (row: TableRow) => Raw> = {
  Pod: podBody,
  Deployment: (row) => {
    const [ready, desired] = share(row.READY);
    return {
      spec: { replicas: desired, selector: { matchLabels: labelsOf(row.SELECTOR) } },
      status: {
        readyReplicas: ready,
        updatedReplicas: numberOf(row['UP-TO-DATE']),
        availableReplicas: numberOf(row.AVAILABLE),
      },
    };
  },
  ReplicaSet: (row) => ({
    spec: { replicas: numberOf(row.DESIRED) },
    status: { replicas: numberOf(row.CURRENT), readyReplicas: numberOf(row.READY) },
  }),
  StatefulSet: (row) => {
    const [ready, desired] = share(row.READY);
    return { spec: { replicas: desired }, status: { readyReplicas: ready } };
  },
  DaemonSet: (row) => ({
    status: {
      desiredNumberScheduled: numberOf(row.DESIRED),
      currentNumberScheduled: numberOf(row.CURRENT),
      numberReady: numberOf(row.READY),
    },
  }),
  Job: (row) => {
    const [succeeded, completions] = share(row.COMPLETIONS);
    return {
      spec: { completions },
      status: {
        succeeded,
        duration: plain(row.DURATION),
        ...(row.STATUS === 'Failed' && { failed: 1, conditions: [{ type: 'Failed', status: 'True' }] }),
      },
    };
  },
  CronJob: (row) => ({ spec: { schedule: plain(row.SCHEDULE), suspend: /^true$/i.test(row.SUSPEND ?? '') } }),
  Service: serviceBody,
  Endpoints: (row) => ({
    endpointTexts: /^<none>$/.test(row.ENDPOINTS ?? '') ? [] : (row.ENDPOINTS ?? '').split(/,\s*/).filter(Boolean),
  }),
  EndpointSlice: (row) => ({
    endpointTexts: /^<\w+>$/.test(row.ENDPOINTS ?? '')
      ? []
      : (row.ENDPOINTS ?? '')
          .replace(/ \+ \d+ more\.\.\.$/, '')
          .split(/,\s*/)
          .filter(Boolean)
          .map((address) => (/^\d+$/.test(row.PORTS ?? '') ? `${address}:${row.PORTS}` : address)),
  }),
  PersistentVolumeClaim: (row) => ({
    spec: {
      storageClassName: plain(row.STORAGECLASS),
      volumeName: plain(row.VOLUME),
      accessModes: (row['ACCESS MODES'] ?? '').split(',').filter(Boolean),
    },
    status: { phase: plain(row.STATUS) },
  }),
  PersistentVolume: (row) => ({
    spec: {
      storageClassName: plain(row.STORAGECLASS),
      accessModes: (row['ACCESS MODES'] ?? '').split(',').filter(Boolean),
      capacity: { storage: plain(row.CAPACITY) },
    },
    status: { phase: plain(row.STATUS) },
  }),
  Node: nodeBody,
  HorizontalPodAutoscaler: (row) => {
    const [kind, name] = (row.REFERENCE ?? '').split('/');
    return {
      spec: {
        scaleTargetRef: { kind: kind || null, name: name || null },
        minReplicas: row.MINPODS,
        maxReplicas: row.MAXPODS,
      },
      status: { described: [row.TARGETS ?? ''], currentReplicas: row.REPLICAS },
    };
  },
};

// A row tells hosts without their paths: they are kept beside the rules that a description tells.
BODIES.Ingress = (row) => ({
  spec: { ingressClassName: plain(row.CLASS) },
  hosts: (plain(row.HOSTS) ?? '').split(',').filter((host) => host.includes('.')),
});
BODIES.PodDisruptionBudget = (row) => ({
  spec: { minAvailable: plain(row['MIN AVAILABLE']), maxUnavailable: plain(row['MAX UNAVAILABLE']) },
  status: { disruptionsAllowed: row['ALLOWED DISRUPTIONS'] },
});
BODIES.ResourceQuota = (row) => {
  const cells = `${row.REQUEST ?? ''}, ${row.LIMIT ?? ''}`;
  const amounts = [...cells.matchAll(/([\w./-]{1,80}): ([\d.]+\w{0,2})\/([\d.]+\w{0,2})/g)].map(
    ([, name = '', used = '', hard = '']) => ({ name, used, hard }),
  );
  return {
    spec: { hard: Object.fromEntries(amounts.map(({ name, hard }) => [name, hard])) },
    status: { used: Object.fromEntries(amounts.map(({ name, used }) => [name, used])) },
  };
};
BODIES.PeerAuthentication = (row) => ({ spec: { mtls: { mode: plain(row.MODE) } } });
const readyCondition = (row: TableRow) => ({
  status: {
    conditions: /^(?:True|False|Unknown)$/.test(row.READY ?? '') ? [{ type: 'Ready', status: row.READY }] : [],
  },
});
BODIES.Certificate = (row) => ({ spec: { secretName: plain(row.SECRET) }, ...readyCondition(row) });
BODIES.ScaledObject = (row) => ({
  spec: {
    scaleTargetRef: { name: plain(row.SCALETARGETNAME) },
    minReplicaCount: numberOf(row.MIN),
  },
  status: {
    conditions: (['Ready', 'Active'] as const).flatMap((type) =>
      /^(?:True|False|Unknown)$/.test(row[type.toUpperCase()] ?? '') ? [{ type, status: row[type.toUpperCase()] }] : [],
    ),
  },
});
BODIES.Namespace = (row) => ({ status: { phase: plain(row.STATUS) } });
BODIES.APIService = (row) => ({ status: { available: row.AVAILABLE ?? null } });
// A row tells whom a policy covers and not what it allows.
BODIES.NetworkPolicy = (row) => ({
  rowOnly: true,
  spec: { podSelector: { matchLabels: labelsOf(plain(row['POD-SELECTOR']) ?? '') } },
});

for (const kind of ['NetworkChaos', 'PodChaos', 'DNSChaos', 'HTTPChaos', 'IOChaos'])
  BODIES[kind] = (row) => ({ spec: { action: plain(row.ACTION), duration: plain(row.DURATION) } });

function podBody(row: TableRow): Raw {
  const [ready, containers] = share(row.READY);
  const word = plain(row.STATUS);
  const init = /^Init:(?:(?:\d+)\/\d+|(\w+))$/.exec(word ?? '');
  return {
    spec: { nodeName: plain(row.NODE) },
    metadata: {},
    status: {
      phase: word && PHASES.has(word) ? word : null,
      podIP: plain(row.IP),
      word,
      ...(init && { initWord: init[1] ?? 'waiting' }),
      readyContainers: ready,
      containers,
      restarts: numberOf(row.RESTARTS),
      restartedAgo: ageSeconds(/\((\S+) ago\)/.exec(row.RESTARTS ?? '')?.[1] ?? ''),
      usage: row['CPU(cores)'] ? { cpu: row['CPU(cores)'], memory: row['MEMORY(bytes)'] } : null,
    },
  };
}

function serviceBody(row: TableRow): Raw {
  const ports = (row['PORT(S)'] ?? '').split(',').flatMap((part) => {
    const match = /^(\d{1,5})(?::\d+)?\/(\w+)$/.exec(part.trim());
    return match ? [{ port: Number(match[1]), protocol: match[2] }] : [];
  });
  return {
    spec: {
      type: plain(row.TYPE),
      clusterIP: row['CLUSTER-IP'] ?? null,
      selector: labelsOf(plain(row.SELECTOR) ?? ''),
      externalName: row.TYPE === 'ExternalName' ? plain(row['EXTERNAL-IP']) : null,
      ports,
    },
    ...(row.TYPE === 'LoadBalancer' && { status: { loadBalancer: balancerOf(row['EXTERNAL-IP'] ?? '') } }),
  };
}

/** The addresses of a load balancer; none while it is `<pending>`. */
const balancerOf = (cell: string): Raw => ({
  ingress: cell.split(',').flatMap((ip) => (/^<.*>$|^$/.test(ip.trim()) ? [] : [{ ip: ip.trim() }])),
});

function nodeBody(row: TableRow): Raw {
  const words = (row.STATUS ?? '').split(',');
  const ready = words.includes('Ready') ? 'True' : words.includes('NotReady') ? 'False' : 'Unknown';
  return {
    spec: { unschedulable: words.includes('SchedulingDisabled') },
    status: { conditions: row.STATUS ? [{ type: 'Ready', status: ready, reason: null, message: null }] : [] },
  };
}

/** The rows of an events table (`kubectl get events`, `kubectl events`). */
export function tableEvents(table: Table, namespace: string | null, seconds: (age: string) => number | null) {
  return table.rows.flatMap((row) => {
    const [kindText = '', name] = (row.OBJECT ?? row.INVOLVED ?? '').split('/');
    if (!row.REASON || !name) return [];
    const age = row['LAST SEEN'] ?? row.AGE ?? '';
    return [
      {
        type: row.TYPE ?? 'Normal',
        reason: row.REASON,
        message: row.MESSAGE ?? '',
        kind: kindOf(kindText) ?? kindText,
        name,
        namespace: row.NAMESPACE ?? namespace,
        count: Number(row.COUNT ?? /\(x(\d+)/.exec(age)?.[1] ?? 1),
        firstSeen: null,
        lastSeen: describeTime(/^\d{4}-/.test(age) ? age : null),
        ageSeconds: seconds(age.split(' ')[0] ?? ''),
      },
    ];
  });
}
