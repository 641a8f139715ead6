/**
 * How the demo looks: an event on one line, an alert as a block that is read at once. Text of events is made safe before
 * it is painted.
 */
import { styleText } from "node:util";
import type { Action } from "../actions/action.ts";
import type { Alert } from "../alerts/alert.ts";
import { containerKey } from "../events/container-id.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import type { Severity } from "../events/severity.ts";
import { safeLine } from "../safe-text.ts";

type Style = Parameters<typeof styleText>[0];
/** Text as it is, or in the colours of the terminal. */
export type Paint = (style: Style, text: string) => string;

export function painter(colour: boolean): Paint {
  return colour ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;
}

const severityStyles: Readonly<Record<Severity, Style>> = {
  critical: ["bold", "red"],
  high: ["bold", "yellow"],
  medium: "yellow",
  low: "cyan",
  info: "dim",
};
const typeWidth = 22;
const whatWidth = 70;
const evidenceShown = 8;

/** Time, container, type, what. */
export function eventLine({ timestamp, container_id, type, details }: SecurityEvent, paint: Paint): string {
  const container = safeLine(containerKey(container_id ?? "") ?? "-");
  const what = cut(safeLine(whatOf(details)), whatWidth);
  const parts = [
    paint("dim", clockTime(timestamp)),
    container.padEnd(12),
    cut(safeLine(type), typeWidth).padEnd(typeWidth),
    paint("dim", what),
  ];
  return parts.join("  ").trimEnd();
}

export function alertBlock(alert: Alert, actions: readonly Action[], paint: Paint): string {
  const { severity, rule, group, entities, reason, evidence, evidence_total: total } = alert;
  const style = severityStyles[severity];
  const around = ["namespace", "pod", "image"].flatMap((name) => entities[name] ?? []);
  const lines = [
    `${paint(style, `${severity.toUpperCase()} ALERT`)}  ${paint("bold", safeLine(rule.name))}  (${rule.id})`,
    safeLine([...groupWords(group), ...around].join("  ")),
    `because  ${safeLine(reason)}`,
    "evidence",
    ...evidence
      .slice(0, evidenceShown)
      .map(({ timestamp, type }) => `  ${clockTime(timestamp)}  ${paint("cyan", safeLine(type))}`),
  ];
  if (total > evidenceShown) lines.push(`  and ${total - evidenceShown} more`);
  if (actions.length > 0) {
    lines.push(`actions  ${actions.map(({ type }) => type).join(", ")}  (${actions[0]!.mode})`);
  }
  return ["", ...lines.map((line) => `  ${paint(style, "┃")} ${line}`), ""].join("\n");
}

export function alertName({ rule, group }: Alert): string {
  return [rule.id, ...groupWords(group)].join(" ");
}

function groupWords(group: Alert["group"]): readonly string[] {
  return Object.entries(group).map(([dimension, value]) => `${dimension} ${value}`);
}

/** 22:31:07, UTC. */
function clockTime(t: number): string {
  return new Date(t).toISOString().slice(11, 19);
}

/** Falco's rule and command line; else the details as they stand. */
function whatOf(details: JsonMap): string {
  const { rule, "proc.cmdline": command } = details;
  if (typeof rule === "string") return typeof command === "string" ? `${rule}: ${command}` : rule;
  return Object.entries(details)
    .map(([key, value]) => `${key} ${key.endsWith("_bytes") ? size(value) : brief(value)}`)
    .join(", ");
}

function brief(value: JsonValue): string {
  if (Array.isArray(value)) return value.length > 1 ? `${value[0]} +${value.length - 1}` : `${value[0]}`;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function size(value: JsonValue): string {
  if (typeof value !== "number") return brief(value);
  const mebibytes = value / 1_048_576;
  return mebibytes < 1024 ? `${mebibytes.toFixed(1)} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
