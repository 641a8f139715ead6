import type { EngineFinding } from "../alerts/engine-alert.ts";
import { InvalidMessage } from "../errors.ts";
import type { LogRecord, OutgoingRecord } from "../transport/log.ts";
import type { CorrelateContext } from "./correlate-context.ts";
import { deadLetter, refuseUnreadable } from "./dead-letter.ts";
import { type EnrichedItem, readEnriched } from "./read-enriched.ts";
import { unreadableFinding } from "./unreadable-batch.ts";

/** Records of the enriched topic, read. */
export interface ReadSlice {
  readonly items: readonly EnrichedItem[];
  /** Of those that cannot be read. */
  readonly dead: readonly OutgoingRecord[];
  /** What people should be told of them. */
  readonly findings: readonly EngineFinding[];
}

/** Throws TransientError while a schema cannot be fetched. */
export async function readSlice(
  records: readonly LogRecord[],
  { decode, gate, observe, topics }: Pick<CorrelateContext, "decode" | "gate" | "observe" | "topics">,
): Promise<ReadSlice> {
  const items: EnrichedItem[] = [];
  const dead: OutgoingRecord[] = [];
  const findings: (EngineFinding | null)[] = [];
  for (const record of records) {
    try {
      refuseUnreadable(record);
      const item = readEnriched(record, decode);
      items.push(item instanceof Promise ? await item : item);
    } catch (error) {
      if (!(error instanceof InvalidMessage)) throw error;
      observe.dead(error.reason);
      if (gate.admits()) {
        dead.push(deadLetter(topics.deadLetter, "correlate", record, error));
        findings.push(unreadableFinding(record));
      }
      findings.push(gate.finding());
    }
  }
  return { items, dead, findings: findings.filter((finding) => finding !== null) };
}
