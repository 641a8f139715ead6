/** All kinds of faults, by name; each is a file in `faults/`. */

import { brokerAway } from "./faults/broker-away.ts";
import { clockStep } from "./faults/clock-step.ts";
import { crash } from "./faults/crash.ts";
import { crashLoop } from "./faults/crash-loop.ts";
import { cutOff } from "./faults/cut-off.ts";
import { freeze } from "./faults/freeze.ts";
import { lateWrite } from "./faults/late-write.ts";
import { lostReply } from "./faults/lost-reply.ts";
import { partialSend } from "./faults/partial-send.ts";
import { produceRefused } from "./faults/produce-refused.ts";
import { rebalance } from "./faults/rebalance.ts";
import { ruleReload } from "./faults/rule-reload.ts";
import { scriptTwice } from "./faults/script-twice.ts";
import { slowStore } from "./faults/slow-store.ts";
import { storeAway } from "./faults/store-away.ts";
import { storeEmptied } from "./faults/store-emptied.ts";
import { storeFailover } from "./faults/store-failover.ts";
import { terminate } from "./faults/terminate.ts";
import { watermarkLost } from "./faults/watermark-lost.ts";
import { watermarkRepeated } from "./faults/watermark-repeated.ts";
import type { Draw } from "./generate-scenario.ts";
import type { RequestKind } from "./requests.ts";
import type { Fault, RoleName } from "./scenario.ts";
import type { Replica, Stage } from "./stage.ts";

export interface FaultKind {
  readonly kind: string;
  /** What a fault of this kind has besides its time. */
  draw(draw: Draw): Partial<Fault>;
  inject(stage: Stage, fault: Fault): void;
}

const kinds: readonly FaultKind[] = [
  crash,
  crashLoop,
  freeze,
  terminate,
  rebalance,
  cutOff,
  lostReply,
  lateWrite,
  scriptTwice,
  partialSend,
  brokerAway,
  produceRefused,
  storeAway,
  slowStore,
  storeFailover,
  storeEmptied,
  clockStep,
  watermarkLost,
  watermarkRepeated,
  ruleReload,
];

export const faultKinds: ReadonlyMap<string, FaultKind> = new Map(kinds.map((kind) => [kind.kind, kind]));

/** How long a fault waits for the request that it is to meet, milliseconds. */
const patienceMs = 20_000;

/** Brings the fault about: at once, or in the middle of the next request of its kind. */
export function injectFault(stage: Stage, fault: Fault): void {
  const kind = faultKinds.get(fault.kind)!;
  if (fault.on === undefined) {
    kind.inject(stage, fault);
    return;
  }
  let done = false;
  const now = (): void => {
    if (done) return;
    done = true;
    stage.watchers.delete(watch);
    kind.inject(stage, fault);
  };
  const watch = (process: { readonly name: string }, request: RequestKind, phase: Fault["phase"]): void => {
    if (request === fault.on && phase === fault.phase && victimOf(stage, fault)?.process === process) now();
  };
  stage.watchers.add(watch);
  stage.world.after(patienceMs, now, null, false);
}

/** The replica that the fault is about; undefined: there is none now. */
export function victimOf(stage: Stage, { role = "correlate", replica = 0 }: Fault): Replica | undefined {
  const alive = stage.alive(role);
  return alive[replica % Math.max(1, alive.length)];
}

const moments: Readonly<Record<RoleName, readonly RequestKind[]>> = {
  correlate: [
    "store.apply",
    "store.apply",
    "store.load",
    "store.claim",
    "store.due",
    "log.send",
    "log.commit",
  ],
  enrich: ["log.send", "log.send", "log.commit", "log.bounds", "log.committed"],
};

/** A replica, and mostly a moment in the middle of something. */
export function drawVictim(draw: Draw): Partial<Fault> {
  const role = draw.chance(0.65) ? "correlate" : "enrich";
  const victim = { role, replica: draw.below(3) } as const;
  if (draw.chance(0.25)) return victim;
  return { ...victim, on: draw.pick(moments[role]), phase: draw.pick(["sent", "done", "answered"] as const) };
}
