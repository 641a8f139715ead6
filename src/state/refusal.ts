/** Why a store refuses a claim: one place for the words and the codes, so that all stores say the same. */
import { ClaimLost } from "../errors.ts";
import type { BatchChange } from "./store.ts";

/** What a store compares before it lets a claim write. Null: the store holds none. */
export interface Standing {
  readonly epoch: number | null;
  readonly offset: number | null;
}

/**
 * Null when `epoch` is the stored one. An older epoch is FENCED. A missing or lower *stored* epoch means that the store
 * forgot our claim (emptied, or failed over to a replica that had not seen it): CONFLICT, so that the owner claims again.
 */
export function refuseEpoch(where: string, epoch: number, stored: Standing): ClaimLost | null {
  if (stored.epoch === epoch) return null;
  const fenced = stored.epoch !== null && epoch < stored.epoch;
  const rule = fenced ? "no newer claim may exist" : "the store must know the claim";
  return new ClaimLost(
    fenced ? "FENCED" : "CONFLICT",
    `Cannot change ${where} under epoch ${epoch}: ${rule}: current value is ${stored.epoch ?? "none"}`,
  );
}

/** Null when the stored offset is the expected one, or when there is none and there need not be. */
export function refuseOffset(
  where: string,
  { expectedOffset, continues }: Pick<BatchChange, "expectedOffset" | "continues">,
  stored: Standing,
): ClaimLost | null {
  if (stored.offset === null ? !continues : stored.offset === expectedOffset) return null;
  return new ClaimLost(
    "CONFLICT",
    `Cannot change ${where} from offset ${expectedOffset}: the stored offset must be the same: current value is ${stored.offset ?? "none"}`,
  );
}
