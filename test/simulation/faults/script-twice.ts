import type { FaultKind } from "../faults.ts";

/** The store runs scripts twice: the client sent them again, or the server had forgotten them and was given them anew. */
export const scriptTwice: FaultKind = {
  kind: "script-twice",
  draw: (draw) => ({ times: 1 + draw.below(6) }),
  inject: (stage, { times = 1 }) => {
    stage.landed("script-twice", "store.apply, store.claim");
    stage.arm({ process: null, kinds: ["store.apply", "store.claim"], fate: "twice", left: times });
  },
};
