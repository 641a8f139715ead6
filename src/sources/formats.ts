/**
 * All formats that Corral reads, in the order in which they are tried; a new one is added here and nowhere else. Built
 * once at start from the mappings, so that a bad mapping never meets a record.
 */
import { falco } from "./falco.ts";
import type { Mappings } from "./mapping/load-mappings.ts";
import { native } from "./native.ts";
import type { Envelope, LineSource, Source } from "./source.ts";
import { tetragon } from "./tetragon.ts";
import { tracee } from "./tracee.ts";
import { traceeV1beta1 } from "./tracee-v1beta1.ts";

export interface Formats {
  readonly envelopes: readonly Envelope[];
  /** The more telling shapes first. */
  readonly sources: readonly Source[];
  readonly lines: readonly LineSource[];
}

export function formatsOf(mappings: Mappings): Formats {
  return {
    envelopes: [],
    sources: [
      falco(mappings.typesOf("falco")),
      tetragon(mappings.typesOf("tetragon")),
      tracee(mappings.typesOf("tracee")),
      traceeV1beta1(mappings.typesOf("tracee")),
      native,
    ],
    lines: [],
  };
}
