/** Plain names for what Tracee's arguments say of packets, sockets, DNS and HTTP, in both generations' names. */
import type { JsonMap, JsonValue } from "../../events/security-event.ts";
import { integerOf, listOf, mapOf, mapsOf, oneOrMany, portOf, present, textOf, textsOf } from "../fields.ts";

/** `event`: its name, as `addr` is the near end of a bind and the far end of a connect. */
export function plainNetwork(args: JsonMap, event: string): JsonMap {
  return { ...ends(args, event), ...dns(args), ...http(args) };
}

const protocols: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [6, "tcp"],
  [17, "udp"],
  [58, "icmpv6"],
]);

function ends(args: JsonMap, event: string): JsonMap {
  const packet = mapOf(args.metadata);
  const tcp = mapOf(args.proto_tcp);
  const udp = mapOf(args.proto_udp);
  const address = mapOf(args.addr);
  const binds = /bind/.test(event);
  const near = Object.hasOwn(args, "local_addr") ? mapOf(args.local_addr) : binds ? address : {};
  const far = Object.hasOwn(args, "remote_addr") ? mapOf(args.remote_addr) : binds ? {} : address;
  return present({
    src_ip: textOf(args.src) ?? textOf(packet.src_ip) ?? textOf(near.sin_addr) ?? textOf(near.sin6_addr),
    src_port: firstPort(
      args.src_port,
      packet.src_port,
      tcp.srcPort,
      tcp.src_port,
      udp.srcPort,
      udp.src_port,
      near.sin_port,
      near.sin6_port,
    ),
    dst_ip:
      textOf(args.dst) ??
      textOf(packet.dst_ip) ??
      textOf(far.sin_addr) ??
      textOf(far.sin6_addr) ??
      textOf(args["IP address"]) ??
      textOf(args.ip),
    dst_port: firstPort(
      args.dst_port,
      packet.dst_port,
      tcp.dstPort,
      tcp.dst_port,
      udp.dstPort,
      udp.dst_port,
      far.sin_port,
      far.sin6_port,
      args.Port,
    ),
    protocol:
      protocols.get(integerOf(packet.protocol) ?? -1) ??
      /^net_(?:packet|flow)_(tcp|udp|icmpv6|icmp)\b/.exec(event.replace(/_(begin|end)$/, ""))?.[1],
    domain: oneOrMany(textsOf(args.dst_dns)),
  });
}

function firstPort(...ports: readonly (JsonValue | undefined)[]): number | null {
  return ports.map(portOf).find((port) => port !== null) ?? null;
}

/** Names that were asked for, and the addresses that were answered. */
function dns(args: JsonMap): JsonMap {
  const packet = mapOf(args.proto_dns);
  const asked = listIn(args.dns_questions, "questions");
  const answered = listIn(args.dns_response, "responses");
  const names = [
    ...mapsOf(packet.questions).map(({ name }) => name),
    ...asked.map(({ query }) => query),
    ...answered.map((response) => {
      const data = Object.hasOwn(response, "query_data") ? response.query_data : response.dns_query_data;
      return mapOf(data).query;
    }),
  ];
  const addresses = [
    ...mapsOf(packet.answers).map(({ IP, ip }) => IP ?? ip),
    ...answered
      .flatMap(({ dns_answer }) => mapsOf(dns_answer))
      .filter(({ answer_type, type }) => /^A(AAA)?$/.test(textOf(answer_type) ?? textOf(type) ?? ""))
      .map(({ answer }) => answer),
  ];
  const response = integerOf(packet.QR ?? packet.qr);
  return present({
    domain: oneOrMany(textsOf(names.map((name) => name ?? null))),
    resolved_ip: oneOrMany(textsOf(addresses.map((address) => address ?? null))),
    direction:
      response === null
        ? Object.keys(packet).length > 0
          ? "request"
          : null
        : response === 1
          ? "response"
          : "request",
  });
}

/** A list, or main's message around it. */
function listIn(value: JsonValue | undefined, key: string): readonly JsonMap[] {
  return mapsOf(Array.isArray(value) ? listOf(value) : mapOf(value)[key]);
}

function http(args: JsonMap): JsonMap {
  const [said] = [args.proto_http, args.http_request, args.http_response].filter(
    (each) => each !== undefined,
  );
  const { direction, method, host, uri_path, status_code, headers } = mapOf(said);
  const named = textOf(host);
  const agent = mapOf(headers)["User-Agent"];
  return present({
    domain: named === null ? null : domainOf(named),
    direction: textOf(direction),
    http_method: textOf(method),
    url: named === null ? null : `http://${named}${textOf(uri_path) ?? ""}`,
    status_code: integerOf(status_code) || null,
    user_agent: oneOrMany(textsOf(Array.isArray(agent) ? agent : mapOf(agent).header)),
  });
}

/** `example.org:80` → `example.org`; an address is no name. */
function domainOf(host: string): string | null {
  const name = host.replace(/:\d{1,5}$/, "");
  return /[a-z]/i.test(name) && !name.includes(":") ? name : null;
}
