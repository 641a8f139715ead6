import type { Action } from "../../src/actions/action.ts";
import type { Alert } from "../../src/alerts/alert.ts";
import type { EnrichedEvent } from "../../src/codec/codec.ts";
import type { DocumentRecord, SetRecord } from "../../src/codec/rule-document.ts";
import type { Indicator } from "../../src/enrichment/indicator.ts";
import type { InventoryEntry } from "../../src/enrichment/inventory-entry.ts";
import type { Session } from "../../src/enrichment/session.ts";

export const event: EnrichedEvent = {
  id: "0123456789abcdef",
  timestamp: 1_700_000_000_123,
  container_id: "9bd4ecf1a2c3",
  type: "sensitive_file_access",
  severity: "high",
  source: "falco:syscall",
  details: {
    "proc.name": "cat",
    "evt.time": "1700000000123456789",
    tags: ["container", "T1555"],
    pid: 4711,
    load: 0.25,
    root: true,
    nothing: null,
    args: [{ name: "path", value: ["/etc/shadow", null, { deep: [[]] }] }],
    proc: { parent: { name: "sh" }, empty: {} },
  },
  enrichment: { namespace: "shop", pod: "web-1", labels: { app: "web" } },
  origin: {
    topic: "events.raw",
    partition: 3,
    offset: 9_007_199_254_740_990,
    index: 2,
    broker_time: 1_700_000_000_999,
  },
};

export const alert: Alert = {
  id: "a1",
  revision: 3,
  fingerprint: "f1",
  status: "closed",
  merged_into: "a0",
  rule: { id: "container_escape", name: "Container escape", version: "1f2e", tags: ["attack.t1611"] },
  severity: "critical",
  group: { container: "9bd4ecf1a2c3" },
  opened_at: 1_700_000_000_000,
  last_seen: 1_700_000_060_000,
  closed_at: 1_700_000_360_000,
  event_count: 7,
  conditions: [
    { name: "1", value: "7", operator: ">=", threshold: 2.5, met: true },
    { name: "steps", value: "a, b", operator: null, threshold: null, met: false },
  ],
  reason: "7 events of …",
  evidence: [
    {
      id: "e1",
      timestamp: 1_700_000_000_000,
      type: "shell",
      container_id: "9bd4ecf1a2c3",
      origin: { topic: "events.raw", partition: 0, offset: 12, index: 0 },
    },
    { id: "e2", timestamp: 1_700_000_000_001, type: "shell", container_id: null, origin: null },
  ],
  evidence_total: 7,
  entities: { pod: "shop/web-1" },
  actions: ["x1"],
  late: true,
  rebuilt: false,
  gap: true,
  shadow: false,
  rule_since: 1_699_999_999_999,
};

export const action: Action = {
  id: "x1",
  alert_id: "a1",
  type: "isolate_container",
  target: { container: "9bd4ecf1a2c3" },
  parameters: { grace: "30" },
  severity: "critical",
  mode: "dry_run",
  created_at: 1_700_000_000_000,
  expires_at: 1_700_003_600_000,
};

export const indicator: Indicator = {
  type: "url",
  value: "http://files.bad.example/x.sh",
  feed: "urlhaus",
  threat: "Mirai",
  tags: ["elf", "mirai"],
  confidence: 75,
  valid_from: null,
  valid_until: 1_700_000_000_000,
  first_seen: 1_690_000_000_000,
  reference: null,
};

export const document: DocumentRecord = {
  kind: "document",
  id: "container_escape",
  file: "rules/container-escape.yml",
  line: 12,
  text: "id: container_escape\nname: Ausbruch – früh\n",
};

export const set: SetRecord = { kind: "set", count: 3, hash: "5f0c", pushed_at: 1_700_000_000_000 };
export const entry: InventoryEntry = {
  kind: "pod",
  source: "kubernetes",
  learnt: false,
  updated_at: 1_700_000_000_000,
  cluster: "eu",
  container_id: "057dc8d712abf96c628c82ea111d53a0057dc8d712abf96c628c82ea111d53a0",
  name: "app",
  namespace: "shop",
  pod: "web-1",
  node: "n1",
  workload: "web",
  workload_kind: "Deployment",
  owners: [
    { kind: "ReplicaSet", name: "web-7d9" },
    { kind: "Deployment", name: "web" },
  ],
  service_account: "web",
  image: "shop/web:1",
  image_digest: "sha256:abc",
  runtime: "containerd",
  labels: { app: "web" },
  ips: ["10.0.0.5", "fd00::5"],
  state: "stopped",
  started_at: 1_699_999_000_000,
  ended_at: 1_700_000_000_000,
  restarts: 3,
  previous_container: "9bd4ecf1a2c3",
};

export const session: Session = {
  session_id: "audit-1",
  kind: "exec",
  user: "ann",
  impersonated_user: null,
  groups: ["dev"],
  source_ip: "203.0.113.9",
  pod: "eu/shop/web-1",
  container: "app",
  command: "sh -c id",
  opened_at: 1_700_000_000_000,
  closed_at: 1_700_000_030_000,
};
