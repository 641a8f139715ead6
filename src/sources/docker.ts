/**
 * Events of the Docker daemon (`docker events --format json`, `GET /events`), both generations: with `Type`, `Action` and
 * `Actor`, and before API 1.22 with `status`, `id` and `from` only.
 *
 * A container that ends is told of by up to four actions (kill, die, stop, destroy). `die` is the one that comes exactly
 * once for each end, whatever the cause, so the mapping takes it for the stop; the others keep names of their own.
 */
import type { JsonMap, JsonValue } from "../events/security-event.ts";
import { containerIdOf, isMap, mapAt, present, textAt, wholeNumberOf } from "./fields.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import { imageNames } from "./plain-names/image-names.ts";
import { withPlainNames } from "./plain-names/with-plain-names.ts";
import { slug } from "./slug.ts";
import type { EventDraft, Source } from "./source.ts";
import { stableId } from "./stable-id.ts";
import { timeOf } from "./time-of.ts";

export function docker(types: TypeTable): Source {
  return {
    name: "docker",
    keys: ["Actor", "status"],
    recognises: (value) => isTimed(value) && (isToday(value) || isOld(value)),
    events: (value) => [toDraft(value, types)],
  };
}

function isTimed(value: JsonMap): boolean {
  return Object.hasOwn(value, "time") || Object.hasOwn(value, "timeNano");
}

function isToday(value: JsonMap): boolean {
  return typeof value.Type === "string" && typeof value.Action === "string" && isMap(value.Actor);
}

/** Three such words are in other producers' records too: the status must be one of the daemon's. */
function isOld(value: JsonMap): boolean {
  return (
    typeof value.status === "string" &&
    typeof value.id === "string" &&
    !Object.hasOwn(value, "type") &&
    oldActions.has(actionOf(value.status).word)
  );
}

const imageActions: ReadonlySet<string> = new Set([
  "pull",
  "push",
  "tag",
  "untag",
  "delete",
  "import",
  "load",
  "save",
]);
const oldActions: ReadonlySet<string> = new Set([
  ...imageActions,
  ..."attach commit copy create destroy die exec_create exec_start export health_status kill oom pause".split(
    " ",
  ),
  ..."rename resize restart start stop top unpause update".split(" "),
]);

/** `exec_start: sh -c id` → the word and what stands behind it. */
function actionOf(action: string): { readonly word: string; readonly rest: string | null } {
  const colon = action.indexOf(":");
  if (colon < 0) return { word: action, rest: null };
  return { word: action.slice(0, colon), rest: action.slice(colon + 1).trim() || null };
}

function toDraft(value: JsonMap, types: TypeTable): EventDraft {
  const whole = textAt(value, "Action") ?? textAt(value, "status") ?? "";
  const { word, rest } = actionOf(whole);
  const kind = textAt(value, "Type") ?? (imageActions.has(word) ? "image" : "container");
  const actor = mapAt(value, "Actor");
  const attributes = mapAt(actor, "Attributes");
  const id = textAt(actor, "ID") ?? textAt(value, "id");
  const container = kind === "container" ? id : textAt(attributes, "container");
  const found = types.typeOf({ kind, action: word, argument: rest, image: imageOf(value, attributes, kind) });
  return {
    id: stableId([timeText(value), kind, whole, id ?? "", textAt(attributes, "execID") ?? ""]),
    timestamp: timestampOf(value),
    container_id: containerIdOf(container),
    type: found?.type ?? `docker.${slug(`${kind} ${word}`)}`,
    severity: found?.severity ?? "info",
    source: "docker",
    details: withPlainNames(value, plainNames(word, rest, attributes)),
    enrichment: {
      ...imageNames(imageOf(value, attributes, kind)),
      ...present({
        namespace: textAt(attributes, "io.kubernetes.pod.namespace"),
        pod: textAt(attributes, "io.kubernetes.pod.name"),
      }),
    },
  };
}

/** Nanoseconds where they are there: a container can start, die and start within a second. */
function timeText(value: JsonMap): JsonValue {
  return value.timeNano ?? value.time ?? null;
}

function timestampOf(value: JsonMap): number {
  const exact = timeOf(value.timeNano);
  return Number.isNaN(exact) ? timeOf(value.time) : exact;
}

function imageOf(value: JsonMap, attributes: JsonMap, kind: string): string | null {
  const named = textAt(attributes, "image") ?? textAt(value, "from");
  if (named !== null || kind !== "image") return named;
  return textAt(mapAt(value, "Actor"), "ID") ?? textAt(value, "id");
}

function plainNames(word: string, rest: string | null, attributes: JsonMap): JsonMap {
  const command = word.startsWith("exec_") ? rest : null;
  return present({
    action: word,
    cmdline: command,
    command_line: command,
    exec_id: textAt(attributes, "execID"),
    health: word === "health_status" ? rest : null,
    exit_code: wholeNumberOf(attributes.exitCode),
    signal: textAt(attributes, "signal"),
    container_name: textAt(attributes, "name"),
  });
}
