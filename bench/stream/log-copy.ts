/**
 * One topic copied to another through the port of the log, by the client of records that the task names: `node log-copy.ts
 * JSON` prints one line of JSON, as bare-copy.ts does.
 */
import { systemClock } from "../../src/clock.ts";
import { KafkaLog, type RecordClientName } from "../../src/transport/kafka/kafka-log.ts";
import type { Copied, CopyTask } from "./bare-copy.ts";

export interface LogCopyTask extends CopyTask {
  readonly client: RecordClientName;
}

async function copy({ broker, client, from, to, group, records }: LogCopyTask): Promise<Copied> {
  const log = new KafkaLog({ brokers: [broker], client, clientId: "bench", clock: systemClock });
  const producer = log.producer();
  const member = log.member({
    group,
    topic: from,
    sessionTimeoutMs: 30_000,
    heartbeatIntervalMs: 3_000,
    maxBytesPerPartition: 1024 * 1024,
    concurrency: 8,
  });
  let left = records;
  let began = { at: 0, cpu: process.cpuUsage() };
  const copied = Promise.withResolvers<void>();
  await member.start({
    assigned: () => {},
    revoked: () => {},
    batch: async (batch) => {
      if (left === records) began = { at: performance.now(), cpu: process.cpuUsage() };
      const { partition } = batch;
      await producer.send(batch.records.map(({ key, value }) => ({ topic: to, key, value, partition })));
      await member.commit(new Map([[partition, batch.records.at(-1)!.offset + 1]]));
      left -= batch.records.length;
      if (left <= 0) copied.resolve();
    },
  });
  await copied.promise;
  const { user, system } = process.cpuUsage(began.cpu);
  const seconds = (performance.now() - began.at) / 1_000;
  await member.stop();
  await producer.close();
  await log.close();
  return { cpu: user + system, seconds };
}

process.stdout.write(`${JSON.stringify(await copy(JSON.parse(process.argv[2]!) as LogCopyTask))}\n`);
