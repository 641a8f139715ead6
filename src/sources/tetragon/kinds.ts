/** Plain names for what single kinds of Tetragon's events say beside process and arguments. */
import type { JsonMap } from "../../events/security-event.ts";
import { integerOf, mapOf, oneOrMany, portOf, present, textOf, textsOf } from "../fields.ts";

/** The ends and bytes of connections as the kinds of 2022 have them; what a loader loads. */
export function plainNetwork(event: JsonMap, kind: string): JsonMap {
  if (kind === "process_loader") return present({ file: textOf(event.path) });
  const stats = mapOf(event.stats);
  return present({
    src_ip: textOf(event.source_ip) ?? textOf(event.ip),
    src_port: portOf(event.source_port) ?? portOf(event.port),
    dst_ip: textOf(event.destination_ip),
    dst_port: portOf(event.destination_port),
    domain: oneOrMany(textsOf(event.destination_names)),
    network_egress_bytes: integerOf(stats.bytes_sent),
    network_ingress_bytes: integerOf(stats.bytes_received),
  });
}

/** What Tetragon says of itself: events that it dropped, and control groups whose events it holds back. */
export function healthOf(event: JsonMap, kind: string): JsonMap {
  if (kind === "rate_limit_info") {
    return present({ dropped: integerOf(event.number_of_dropped_process_events) });
  }
  if (kind !== "process_throttle") return {};
  const type = textOf(event.type)?.replace(/^THROTTLE_/, "");
  return present({ throttle: type?.toLowerCase(), cgroup: textOf(event.cgroup) });
}
