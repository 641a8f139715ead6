import { describe, inject } from "vitest";
import { systemClock } from "../../src/clock.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { logContract } from "../contracts/log-contract.ts";
import { sharedStateContract } from "../contracts/shared-state-contract.ts";
import { recordClients } from "./support/record-clients.ts";

const { address, missing } = inject("services").kafka;

describe.skipIf(address === null)(`Kafka at ${address ?? `nowhere: ${missing}`}`, () => {
  for (const client of recordClients) {
    const open = async () =>
      new KafkaLog({ brokers: address!.split(","), client, clientId: "corral-test", clock: systemClock });
    logContract(`Kafka log by ${client}`, open);
    sharedStateContract(`Kafka log by ${client}`, open);
  }
});
