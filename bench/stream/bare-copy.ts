/**
 * One topic copied to another by the bare client, nothing else: `node bare-copy.ts JSON` prints one line of JSON. What the
 * engine costs is told against it.
 */
import { Kafka, logLevel, Partitioners } from "kafkajs";

export interface CopyTask {
  readonly broker: string;
  readonly from: string;
  readonly to: string;
  readonly group: string;
  /** Records in `from`. */
  readonly records: number;
}

export interface Copied {
  /** Microseconds of CPU, user and system, from the first record to the last. */
  readonly cpu: number;
  readonly seconds: number;
}

async function copy({ broker, from, to, group, records }: CopyTask): Promise<Copied> {
  const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  const consumer = kafka.consumer({ groupId: group, maxBytesPerPartition: 1024 * 1024 });
  await producer.connect();
  await consumer.connect();
  await consumer.subscribe({ topic: from, fromBeginning: true });
  let left = records;
  let began = { at: 0, cpu: process.cpuUsage() };
  await new Promise<void>((resolve, reject) => {
    consumer.on("consumer.crash", ({ payload }) => reject(payload.error));
    consumer
      .run({
        autoCommitInterval: 1_000,
        partitionsConsumedConcurrently: 8,
        eachBatch: async ({ batch }) => {
          if (left === records) began = { at: performance.now(), cpu: process.cpuUsage() };
          const { partition } = batch;
          const messages = batch.messages.map(({ key, value }) => ({ key, value, partition }));
          await producer.send({ topic: to, messages, acks: -1 });
          left -= messages.length;
          if (left <= 0) resolve();
        },
      })
      .catch(reject);
  });
  const { user, system } = process.cpuUsage(began.cpu);
  const seconds = (performance.now() - began.at) / 1_000;
  await consumer.disconnect();
  await producer.disconnect();
  return { cpu: user + system, seconds };
}

process.stdout.write(`${JSON.stringify(await copy(JSON.parse(process.argv[2]!) as CopyTask))}\n`);
