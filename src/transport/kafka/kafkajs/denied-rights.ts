import type { Kafka } from "kafkajs";
import type { Right } from "../../log.ts";
import { kafkaError } from "../kafka-error.ts";
import { allowedOperations, type RawBroker, type TopicRights } from "./allowed-operations.ts";
import { DirectCluster } from "./direct-cluster.ts";

/** What the client's brokers can do and its types leave out. */
interface BeatenBroker {
  heartbeat(request: {
    readonly groupId: string;
    readonly groupGenerationId: number;
    readonly memberId: string;
  }): Promise<unknown>;
}

/**
 * Those of the rights that Kafka denies us, found out without using them. Of topics it tells; of a group it says so to a
 * heartbeat of somebody who is no member, before it looks at anything else. Throws TransientError.
 */
export async function deniedRights(client: Kafka, rights: readonly Right[]): Promise<readonly Right[]> {
  if (rights.length === 0) return [];
  const direct = new DirectCluster(client);
  try {
    const cluster = await direct.connected();
    await cluster.refreshMetadata();
    const broker: unknown = await cluster.findControllerBroker();
    const topics = await allowedOperations(broker as RawBroker, namesOf(rights, "Topic"));
    const groups: string[] = [];
    for (const group of namesOf(rights, "Group")) {
      if (await isGroupDenied(broker as BeatenBroker, group)) groups.push(group);
    }
    return rights.filter((right) =>
      right.resource === "Group" ? groups.includes(right.name) : isDenied(right, topics),
    );
  } catch (error) {
    throw kafkaError("ask what Kafka allows", error);
  } finally {
    await direct.close();
  }
}

function namesOf(rights: readonly Right[], resource: Right["resource"]): readonly string[] {
  return [...new Set(rights.filter((right) => right.resource === resource).map(({ name }) => name))];
}

function isDenied({ name, operation }: Right, topics: readonly TopicRights[]): boolean {
  const found = topics.find(({ topic }) => topic === name);
  return found !== undefined && (found.hidden || found.denied.has(operation));
}

async function isGroupDenied(broker: BeatenBroker, groupId: string): Promise<boolean> {
  try {
    await broker.heartbeat({ groupId, groupGenerationId: -1, memberId: "nobody" });
    return false;
  } catch (error) {
    // Nobody is no member: the usual answer.
    if (!(error instanceof Error && "type" in error)) throw error;
    return error.type === "GROUP_AUTHORIZATION_FAILED";
  }
}
