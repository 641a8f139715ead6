/**
 * `details.dst_ip` and `src_ip` → pod, service or node, internal or external, from the addresses of the inventory as they
 * were at the time of the event. A pod's address stands for its main container: `dst_container`.
 *
 * Names that stand alone are joined as groups join them: `dst_pod` is `namespace/pod`, `dst_workload`
 * `namespace/kind/name`, so that the same name in two namespaces is two.
 */
import { containerKey } from "../events/container-id.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Enricher } from "./enricher.ts";
import { clusterOf, textAt } from "./event-names.ts";
import { alwaysCurrent, type Freshness } from "./freshness.ts";
import type { InventoryEntry } from "./inventory-entry.ts";
import type { InventoryTable } from "./inventory-table.ts";
import { isWithin, parseAddress, parseRanges, type Range } from "./ip-address.ts";

export interface NetworkOptions {
  readonly table: InventoryTable;
  /** CIDR ranges of what is internal besides what the inventory knows. */
  readonly internal: readonly string[];
  /** Of events that name none. */
  readonly cluster: string;
  readonly freshness?: () => Freshness;
}

/** An address as text has it. */
interface Known {
  readonly key: string;
  readonly internal: boolean;
}

const ends = ["dst", "src"] as const;
/** What is said of who holds an address. */
const holderNames = ["container", "pod", "workload", "namespace", "node", "service"] as const;

/** Addresses whose parsing is remembered. */
const mostKnown = 20_000;

/** Throws ConfigError for ranges that are none. */
export function network({ table, internal, cluster, freshness = alwaysCurrent }: NetworkOptions): Enricher {
  const addresses = addressReader(parseRanges(internal, "network.internal"));
  return {
    name: "network",
    adds: ["network", ...ends.flatMap((end) => holderNames.map((name) => `${end}_${name}`))],
    from: ends.map((end) => `${end}_ip`),
    enrich: (event) => {
      const context: Record<string, JsonValue> = {};
      const own: Record<string, JsonValue> = {};
      for (const end of ends) {
        const text = textAt(event.details, `${end}_ip`);
        const address = text === undefined ? null : addresses(text);
        if (address === null) continue;
        const holder = table.holderOf(clusterOf(event, cluster), address.key, event.timestamp);
        own[end] = endOf(event, address, holder);
        if (holder !== undefined) addNames(context, end, namesOf(holder, table, event), event.details);
      }
      if (Object.keys(own).length === 0) return null;
      const fresh = freshness();
      if (fresh !== "current") own.status = fresh;
      context.network = own;
      return context;
    },
  };
}

/** Null: the text is no address. */
function addressReader(ranges: readonly Range[]): (text: string) => Known | null {
  const known = new Map<string, Known | null>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const address = parseAddress(text);
    const read =
      address === undefined ? null : { key: address.toString(), internal: isWithin(address, ranges) };
    if (known.size >= mostKnown) known.clear();
    known.set(text, read);
    return read;
  };
}

function endOf(event: SecurityEvent, { internal }: Known, holder: InventoryEntry | undefined): JsonMap {
  if (holder === undefined) return { scope: internal ? "internal" : "external" };
  return {
    scope: "internal",
    kind: holder.kind,
    name: nameOf(holder),
    source: holder.source,
    age_ms: Math.max(0, event.timestamp - holder.updated_at),
  };
}

function nameOf({ kind, namespace, pod, name, container_id: id }: InventoryEntry): string {
  return joined(namespace, kind === "pod" ? pod : (name ?? id)) ?? "";
}

type Names = Readonly<Partial<Record<(typeof holderNames)[number], string | null | undefined>>>;

function namesOf(holder: InventoryEntry, table: InventoryTable, event: SecurityEvent): Names {
  const { kind, namespace, name, pod, node, workload, workload_kind } = holder;
  if (kind === "node") return { node: name };
  if (kind === "service") return { service: joined(namespace, name), namespace };
  return {
    container: mainContainer(holder, table, event.timestamp),
    pod: pod && joined(namespace, pod),
    workload: workload && joined(namespace, workload_kind, workload),
    namespace,
    node,
  };
}

function mainContainer(holder: InventoryEntry, table: InventoryTable, time: number): string | undefined {
  const { cluster, namespace, pod, container_id: id } = holder;
  if (id) return containerKey(id);
  if (!namespace || !pod) return undefined;
  const containers = table.containersOf(cluster ?? null, namespace, pod, time);
  return containers.length === 1 ? containerKey(containers[0]!.container_id ?? "") : undefined;
}

/** What the producer said itself stays. */
function addNames(context: Record<string, JsonValue>, end: string, names: Names, details: JsonMap): void {
  for (const [name, value] of Object.entries(names)) {
    const key = `${end}_${name}`;
    if (value && !Object.hasOwn(details, key)) context[key] = value;
  }
}

function joined(...names: readonly (string | null | undefined)[]): string | undefined {
  const known = names.filter(Boolean);
  return known.length === 0 ? undefined : known.join("/");
}
