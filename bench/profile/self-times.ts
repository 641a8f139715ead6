/** Self times of a CPU profile, by place: a function of ours or of a library; what belongs to Node is one place. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What of the format (V8's, `Profiler.Profile` of the inspector protocol) is read here. Times in microseconds. */
interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Ids of the nodes that were running. */
  readonly samples: readonly number[];
  /** From the sample before, or the start, to each sample. */
  readonly timeDeltas: readonly number[];
}

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    /** From 0. */
    readonly lineNumber: number;
  };
  readonly children?: readonly number[];
}

export interface SelfTimes {
  /** Microseconds by place, longest first. */
  readonly places: readonly (readonly [place: string, microseconds: number])[];
  /** Of all places; waiting is none. */
  readonly total: number;
}

const source = fileURLToPath(new URL("../../src/", import.meta.url));
const waiting = new Set(["(idle)", "(root)"]);

/** `within`: only from the first to the last sample below the function of that name. Throws where there is none. */
export function selfTimes(file: string, within?: string): SelfTimes {
  const { nodes, samples, timeDeltas } = JSON.parse(readFileSync(file, "utf8")) as CpuProfile;
  const [from, to] = within === undefined ? [0, samples.length] : stretchOf(nodes, samples, within);
  const byId = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const times = new Map<string, number>();
  for (let at = from; at < to; at += 1) {
    const frame = byId.get(samples[at]!)!;
    if (waiting.has(frame.functionName)) continue;
    const place = placeOf(frame);
    times.set(place, (times.get(place) ?? 0) + (timeDeltas[at + 1] ?? 0));
  }
  const places = [...times].sort(([, a], [, b]) => b - a);
  return { places, total: places.reduce((sum, [, time]) => sum + time, 0) };
}

function stretchOf(
  nodes: readonly ProfileNode[],
  samples: readonly number[],
  within: string,
): readonly [from: number, to: number] {
  const below = new Set<number>();
  // A node comes before its children.
  for (const { id, callFrame, children = [] } of nodes) {
    if (callFrame.functionName !== within && !below.has(id)) continue;
    below.add(id);
    for (const child of children) below.add(child);
  }
  const from = samples.findIndex((id) => below.has(id));
  if (from < 0) throw new Error(`Cannot read the profile: it must have samples in ${within}`);
  return [from, samples.findLastIndex((id) => below.has(id)) + 1];
}

function placeOf({ functionName, url, lineNumber }: ProfileNode["callFrame"]): string {
  if (functionName === "(garbage collector)") return "collecting garbage";
  if (functionName === "(program)") return "native code outside of functions";
  if (url.startsWith("node:")) return "Node's own modules";
  if (url === "") return `native ${functionName}`;
  const name = functionName === "" ? "(unnamed)" : functionName;
  return `${fileOf(url)}:${lineNumber + 1} ${name}`;
}

/** Ours from `src/` on, a library's from its package on. */
function fileOf(url: string): string {
  const path = url.startsWith("file:") ? fileURLToPath(url) : url;
  const library = path.lastIndexOf("/node_modules/");
  if (library >= 0) return path.slice(library + "/node_modules/".length);
  return path.startsWith(source) ? path.slice(source.length) : path.slice(path.lastIndexOf("/") + 1);
}
