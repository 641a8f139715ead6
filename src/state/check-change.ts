/**
 * What every store demands of a change before it looks at its own state. A violation is a defect of the program, not of
 * the service: RangeError. The reason for being strict: a score of 1e999 is stored as infinity and never trimmed, and an
 * offset above 2^53 compares equal to its neighbour.
 */
import type { BatchChange, GroupChange } from "./store.ts";

/** Tokens kept while the offset stands still; an older change could be applied a second time. */
export const keptTokens = 256;

export function checkChange(change: BatchChange): void {
  demandCount("epoch", change.epoch);
  demandCount("expectedOffset", change.expectedOffset);
  demandCount("nextOffset", change.nextOffset);
  demandCount("outboxAcked", change.outboxAcked);
  if (change.token === "" || change.token.includes("\n")) {
    fail("token", "be one line that is not empty", JSON.stringify(change.token));
  }
  for (const group of change.groups) checkGroup(group);
  // Two changes of one group in one step would have an order that no store promises.
  const groups = new Set(change.groups.map(({ key }) => key));
  if (groups.size < change.groups.length) {
    fail("every group", "be changed once", `${change.groups.length} changes of ${groups.size} groups`);
  }
  let last = 0;
  for (const { seq } of change.outbox) {
    demandCount("outbox seq", seq);
    if (seq <= last) fail("outbox seq", `be above ${last}`, seq);
    last = seq;
  }
  for (const seen of change.seen) {
    demandCount("seen raw partition", seen.rawPartition);
    demandCount("seen offset", seen.offset);
  }
  for (const [name, count] of change.live) demandCount(`live groups of ${name}`, count);
  for (const [rawPartition, floor] of change.seenFloor) {
    demandCount("floor's raw partition", rawPartition);
    demandCount("floor", floor);
  }
}

/** A time must be finite and so small that Redis and we read the same number. */
export function demandTime(what: string, value: number): void {
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) fail(what, "be a time below 2^53", value);
}

function checkGroup(group: GroupChange): void {
  for (const entry of group.add) demandTime(`time of entry ${entry.id}`, entry.t);
  if (group.trimBefore !== null) demandTime("trimBefore", group.trimBefore);
  if (group.deadline !== null) demandTime("deadline", group.deadline);
  if (group.expiry !== null) demandTime("expiry", group.expiry);
}

function demandCount(what: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) fail(what, "be a whole number from 0 to 2^53", value);
}

function fail(what: string, rule: string, value: unknown): never {
  throw new RangeError(`Cannot change the state: ${what} must ${rule}: current value is ${value}`);
}
