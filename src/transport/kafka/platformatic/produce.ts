import { type Connection, createAPI, produceV9, Writer } from "@platformatic/kafka";
import type { OutgoingRecord } from "../../log.ts";
import { ask } from "./ask.ts";
import { recordBatch } from "./record-batch.ts";

/** Records in their order, by topic and partition. */
export type RecordsByPartition = ReadonlyMap<string, ReadonlyMap<number, readonly OutgoingRecord[]>>;

const allInSync = -1;
/** How long a broker may wait for its followers. */
const replicationMs = 30_000;

/** As the library has it, with batches of our own: see record-batch.ts. */
const produce = createAPI<[RecordsByPartition, number], produceV9.ProduceResponse>(
  produceV9.api.key,
  produceV9.api.version,
  requestOf,
  produceV9.parseResponse,
);

/** Sends to one broker, which leads all of these partitions; resolves with those that have acknowledged: topic and partition. */
export async function produceTo(
  connection: Connection,
  records: RecordsByPartition,
  timestamp: number,
): Promise<readonly (readonly [string, number])[]> {
  const { responses } = await ask(produce, connection, records, timestamp);
  return responses.flatMap(({ name, partitionResponses }) =>
    partitionResponses.map(({ index }) => [name, index] as const),
  );
}

function requestOf(records: RecordsByPartition, timestamp: number): Writer {
  const noTransaction = null;
  return Writer.create()
    .appendString(noTransaction)
    .appendInt16(allInSync)
    .appendInt32(replicationMs)
    .appendArray([...records], (writer, [topic, partitions]) => {
      writer.appendString(topic).appendArray([...partitions], (each, [partition, list]) => {
        each.appendInt32(partition).appendBytes(recordBatch(list, timestamp));
      });
    })
    .appendTaggedFields();
}
