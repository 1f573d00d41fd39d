/**
 * The words of the intake side, used everywhere without synonyms.
 *
 * alert      one firing (or its resolution) received from a source
 * incident   what is investigated: one or many alerts, one Slack thread
 * source     who sends alerts: slack, alertmanager, grafana ... (the last segment of POST /alerts/:source)
 * class      what kind of trouble an alert tells of; an agent answers one or more classes
 * agent      a speciality: routing rules, evidence plan, detectors, prompt and budget, as one YAML file
 */

/** The kinds of trouble that alerts are sorted into. */
export const ALERT_CLASSES = ['network', 'database', 'infrastructure', 'application', 'resource'] as const;
export type AlertClass = (typeof ALERT_CLASSES)[number];

/** One severity scale for all sources, worst first. */
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

export type AlertStatus = 'firing' | 'resolved';

/** Where an alert stands in Slack; `ts` is the message id that becomes the thread's root. */
export type SlackOrigin = { channel: string; ts: string; teamId: string | null };

/** One firing (or resolution) in the form that every source's parser produces; all texts are untrusted. */
export type Alert = {
  source: string;
  /** Identity of this delivery, the same when the sender retries it; the store keeps one alert per value. */
  deliveryKey: string;
  /**
   * Only of a delivery that names itself by nothing but its content and the time: its key had it come ten minutes before.
   */
  earlierDeliveryKey?: string;
  /** Identity of the problem, the same for every firing of it; identical alerts share an incident. */
  fingerprint: string;
  status: AlertStatus;
  /** The rule's name, for example `KubePodCrashLooping`; equals the title where the source has no rule name. */
  name: string;
  title: string;
  description: string;
  severity: Severity;
  /** The sender's own word for the severity, null when it said none. */
  severityText: string | null;
  /** What the alert is about, null when it cannot be told. */
  service: string | null;
  namespace: string | null;
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** ISO 8601 in UTC, null when the sender did not say. */
  startsAt: string | null;
  endsAt: string | null;
  /** A link back to the sender (rule, dashboard, incident); shown as text only. */
  url: string | null;
  slack: SlackOrigin | null;
};

/** Something in a body that is not taken up as an alert, with the reason that the sender is told. */
export type Ignored = { reason: string };

/** What a source's parser reads from one body: many alerts are normal, none is legal. */
export type ParsedBody = {
  alerts: Alert[];
  ignored: Ignored[];
  /** Slack's url_verification: answer 200 with this text instead of 202. */
  challenge?: string;
};

/** The intake policies that have shaped what became of an alert; times in seconds. */
export type IntakeNote = { rules: string[]; holdSeconds: number; sharedBy: string[] };

/** Why an incident has the agent, class and priority it has. */
export type Classification = {
  class: AlertClass;
  /** The agent whose pool investigates; differs from the class while that class has no pool of its own. */
  agent: string;
  severity: Severity;
  /** BullMQ priority, 1 is taken first. */
  priority: number;
  /** Points per class, as far as any rule matched. */
  scores: Partial<Record<AlertClass, number>>;
  /** One plain sentence per rule or label that counted. */
  reasons: string[];
  /** What the intake policies said of it. */
  intake?: IntakeNote;
};
