import kafkajs from "kafkajs";
import { expect, test } from "vitest";
import {
  assign,
  assignedIn,
  subscriptionTo,
} from "../../../../src/transport/kafka/platformatic/assignment.ts";

const { AssignerProtocol, PartitionAssigners } = kafkajs;

const members = ["b", "c", "a"];
const cluster = {
  findTopicPartitionMetadata: () => [0, 1, 2, 3, 4].map((partitionId) => ({ partitionId })),
};

/** What the leader gives to whom, if it is a member by kafkajs. */
async function assignByKafkajs(topic: string) {
  const assigner = PartitionAssigners.roundRobin({ cluster } as never);
  const group = members.map((memberId) => ({ memberId, memberMetadata: subscriptionTo(topic) }));
  return assigner.assign({ members: group as never, topics: [topic] });
}

test("A leader by either client gives the same partitions to the same members", async () => {
  const theirs = new Map(
    (await assignByKafkajs("t")).map(({ memberId, memberAssignment }) => [
      memberId,
      assignedIn(memberAssignment, "t"),
    ]),
  );
  const ours = new Map(
    assign("t", 5, members).map(({ memberId, assignment }) => [memberId, assignedIn(assignment, "t")]),
  );
  expect(ours).toEqual(theirs);
  expect(ours).toEqual(
    new Map([
      ["a", [0, 3]],
      ["b", [1, 4]],
      ["c", [2]],
    ]),
  );
});

test("kafkajs reads what we say of ourselves and what we give, also where that is nothing", () => {
  expect(AssignerProtocol.MemberMetadata.decode(subscriptionTo("t"))).toMatchObject({
    version: 0,
    topics: ["t"],
  });
  const [some, none] = assign("t", 1, ["a", "b"]);
  expect(AssignerProtocol.MemberAssignment.decode(some!.assignment)?.assignment).toEqual({ t: [0] });
  expect(AssignerProtocol.MemberAssignment.decode(none!.assignment)?.assignment).toEqual({});
});

test("A member to whom the leader gives nothing, or something of another topic, has no partitions", () => {
  expect(assignedIn(Buffer.alloc(0), "t")).toEqual([]);
  expect(assignedIn(assign("other", 2, ["a"])[0]!.assignment, "t")).toEqual([]);
});
