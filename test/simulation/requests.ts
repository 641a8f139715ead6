/** What a process asks of the servers around it: one word for each call that crosses the network. */
export type RequestKind =
  | "store.claim"
  | "store.due"
  | "store.load"
  | "store.apply"
  | "store.other"
  | "log.send"
  | "log.fetch"
  | "log.join"
  | "log.heartbeat"
  | "log.commit"
  | "log.committed"
  | "log.bounds"
  | "log.read"
  | "log.other";

/** Where a request is: on its way, carried out, or answered. */
export type Phase = "sent" | "done" | "answered";

/**
 * What becomes of a request, besides the usual.
 * `lost-reply`: carried out, but the caller is told that it failed. `late`: the caller is told so at once, and it is
 * carried out some time later. `twice`: carried out twice, the second answer counts (a client that sends again).
 * `partial`: of several partitions only some are written, and the caller is told that it failed.
 */
export type Fate = "normal" | "lost-reply" | "late" | "twice" | "partial";
