import { randomBytes } from "node:crypto";

/** A prefix that no other suite or run uses, e.g. `t5f0c2a91.`. */
export function scope(): string {
  return `t${randomBytes(4).toString("hex")}.`;
}
