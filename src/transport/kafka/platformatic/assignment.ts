/**
 * Who of a group gets which partitions: the rule, and the name, of kafkajs's round-robin assigner, so that replicas of
 * both clients can be members of one group.
 */
import {
  decodeConsumerProtocolAssignment,
  encodeConsumerProtocolAssignment,
  encodeConsumerProtocolSubscription,
} from "@platformatic/kafka";

export const protocolType = "consumer";
export const protocolName = "RoundRobinAssigner";

const version = 0;
const userData = Buffer.alloc(0);

/** What a member says of itself when it joins. */
export function subscriptionTo(topic: string): Buffer {
  return encodeConsumerProtocolSubscription({ version, topics: [topic], userData });
}

/** What the leader gives to each member: partition by partition, to the members in the order of their ids. */
export function assign(
  topic: string,
  partitions: number,
  memberIds: readonly string[],
): readonly { readonly memberId: string; readonly assignment: Buffer }[] {
  return memberIds.toSorted().map((memberId, place) => {
    const theirs: number[] = [];
    for (let partition = place; partition < partitions; partition += memberIds.length) theirs.push(partition);
    const assignedPartitions = theirs.length === 0 ? [] : [{ topic, partitions: theirs }];
    return {
      memberId,
      assignment: encodeConsumerProtocolAssignment({ version, assignedPartitions, userData }),
    };
  });
}

/** The partitions of the topic in what a leader gave, in order; none where it gave nothing. */
export function assignedIn(assignment: Buffer, topic: string): readonly number[] {
  const { assignedPartitions } = decodeConsumerProtocolAssignment(assignment);
  const ours = assignedPartitions.filter((each) => each.topic === topic);
  return ours.flatMap(({ partitions }) => partitions).toSorted((a, b) => a - b);
}
