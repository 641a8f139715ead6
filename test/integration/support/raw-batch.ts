/**
 * A record batch of many empty records, gzip'd, in a request of its own: no client of ours makes batches so large
 * (record batch v2 and Produce v3: https://kafka.apache.org/protocol).
 */
import { once } from "node:events";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { crc32c } from "@platformatic/wasm-utils";

/** To the leader at `address`; resolves when it has been taken. */
export async function produceEmptyRecords(
  address: string,
  topic: string,
  partition: number,
  count: number,
): Promise<void> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  await once(socket, "connect");
  socket.write(sized(produceRequest(topic, partition, batchOf(count))));
  const [reply] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  // size, correlation id, one topic, its name, one partition, its index; then the error code
  const code = reply.readInt16BE(4 + 4 + 4 + 2 + Buffer.byteLength(topic) + 4 + 4);
  if (code !== 0) throw new Error(`Kafka refused the batch: error code ${code}`);
}

function produceRequest(topic: string, partition: number, batch: Buffer): Buffer {
  const noText = int(2, -1);
  const header = [int(2, 0), int(2, 3), int(4, 1), noText];
  const name = Buffer.from(topic);
  const body = [noText, int(2, -1), int(4, 30_000), int(4, 1), int(2, name.length), name, int(4, 1)];
  return Buffer.concat([...header, ...body, int(4, partition), sized(batch)]);
}

function batchOf(count: number): Buffer {
  const now = int(8, Date.now());
  const checked = Buffer.concat([
    int(2, 1), // gzip
    int(4, count - 1),
    now,
    now,
    int(8, -1),
    int(2, -1),
    int(4, -1),
    int(4, count),
    gzipSync(Buffer.concat(Array.from({ length: count }, (_, delta) => emptyRecord(delta)))),
  ]);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32c(checked) >>> 0);
  return Buffer.concat([int(8, 0), sized(Buffer.concat([int(4, -1), int(1, 2), checksum, checked]))]);
}

/** Its length, attributes, timestamp delta, offset delta, no key, no value, no headers. */
function emptyRecord(delta: number): Buffer {
  const body = [0, 0, ...varint(delta), 1, 1, 0];
  return Buffer.from([...varint(body.length), ...body]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value * 2;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return [...bytes, rest];
}

function int(bytes: 1 | 2 | 4 | 8, value: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  if (bytes === 8) buffer.writeBigInt64BE(BigInt(value));
  else buffer.writeIntBE(value, 0, bytes);
  return buffer;
}

function sized(content: Buffer): Buffer {
  return Buffer.concat([int(4, content.length), content]);
}
