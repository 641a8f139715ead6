/**
 * The one request that tells what we are allowed on topics: Metadata in version 8, which the client does not know. It
 * changes nothing, and needs no right itself. Layout: the protocol guide of Apache Kafka, Metadata request and response
 * (version 8: the last one before compact encodings).
 */
import type { Right } from "../../log.ts";

/** What the client's brokers can do and its types leave out. */
export interface RawBroker {
  readonly versions: Readonly<Record<number, { readonly minVersion: number; readonly maxVersion: number }>>;
  readonly connectionPool: { send(exchange: object): Promise<unknown> };
}

/** What a topic's answer says of us. */
export interface TopicRights {
  readonly topic: string;
  /** The broker does not even show us the topic. */
  readonly hidden: boolean;
  readonly denied: ReadonlySet<Right["operation"]>;
}

const metadata = { key: 3, version: 8 };
const topicAuthorizationFailed = 29;
const untold = -2_147_483_648;
/** The numbers of bits. Create is not among them: it may be allowed for the whole cluster, which this does not tell. */
const bits = new Map<Right["operation"], number>([
  ["Read", 3],
  ["Write", 4],
  ["Describe", 8],
  ["DescribeConfigs", 10],
]);

/** Empty where the broker is too old, or too new, for this version. */
export async function allowedOperations(
  broker: RawBroker,
  topics: readonly string[],
): Promise<readonly TopicRights[]> {
  const known = broker.versions[metadata.key];
  const speaks = known && known.minVersion <= metadata.version && metadata.version <= known.maxVersion;
  if (!speaks || topics.length === 0) return [];
  const bytes = requestOf(topics);
  const answer = await broker.connectionPool.send({
    request: {
      apiKey: metadata.key,
      apiVersion: metadata.version,
      apiName: "Metadata",
      encode: async () => ({ buf: bytes, buffer: bytes }),
    },
    response: { decode: async (data: Buffer) => decode(data), parse: async (decoded: object) => decoded },
  });
  return answer as readonly TopicRights[];
}

function requestOf(topics: readonly string[]): Buffer {
  const names = topics.map((topic) => {
    const text = Buffer.from(topic);
    const length = Buffer.alloc(2);
    length.writeInt16BE(text.length);
    return Buffer.concat([length, text]);
  });
  const count = Buffer.alloc(4);
  count.writeInt32BE(topics.length);
  // Whether to make topics, to tell of the cluster, to tell of the topics.
  return Buffer.concat([count, ...names, Buffer.from([0, 0, 1])]);
}

function decode(data: Buffer): readonly TopicRights[] {
  let at = 0;
  const skip = (bytes: number): number => {
    at += bytes;
    return at - bytes;
  };
  const int16 = (): number => data.readInt16BE(skip(2));
  const int32 = (): number => data.readInt32BE(skip(4));
  const text = (): string => {
    const from = skip(Math.max(0, int16()));
    return data.toString("utf8", from, at);
  };
  const times = <T>(read: () => T): T[] => Array.from({ length: int32() }, read);

  skip(4); // throttle time
  times(() => [skip(4), text(), skip(4), text()]); // brokers
  text(); // cluster
  skip(4); // controller
  return times(() => {
    const error = int16();
    const topic = text();
    skip(1); // internal
    times(() => [skip(14), times(int32), times(int32), times(int32)]); // partitions
    const operations = int32();
    const hidden = error === topicAuthorizationFailed;
    return { topic, hidden, denied: operations === untold ? new Set() : deniedIn(operations) };
  });
}

function deniedIn(field: number): ReadonlySet<Right["operation"]> {
  const denied = [...bits].filter(([, bit]) => (field & (1 << bit)) === 0);
  return new Set(denied.map(([operation]) => operation));
}
