/** The text of a new rule: it loads, and its first test fails until somebody fills in what is written in capitals. */
import { conditionTypes } from "../correlation/condition-types.ts";

export const templateTypes: readonly string[] = conditionTypes.map(({ type }) => type);

/** Per condition type its condition, as one line of YAML. */
const conditions: Readonly<Record<string, string>> = {
  event_count: '{ type: event_count, where: { type: EVENT_TYPE }, operator: ">=", threshold: 5 }',
  unique_count:
    '{ type: unique_count, where: { type: EVENT_TYPE }, field: dst_ip, operator: ">=", threshold: 10 }',
  threshold:
    '{ type: threshold, where: { type: EVENT_TYPE }, field: cpu_usage, operator: ">", threshold: 80 }',
  pattern_match:
    '{ type: pattern_match, where: { type: EVENT_TYPE }, field: process_name, pattern: "PATTERN" }',
  event_sequence: "{ type: event_sequence, sequence: [FIRST_TYPE, SECOND_TYPE], within: 1m }",
  time_pattern: "{ type: time_pattern, pattern: outside_business_hours }",
  new_value: "{ type: new_value, where: { type: EVENT_TYPE }, field: image, lookback: 7d, warmup: 1d }",
  rate_change: "{ type: rate_change, where: { type: EVENT_TYPE }, factor: 3, min_count: 10 }",
};

/** `schema`: path of the JSON Schema from the folder of the file. */
export function ruleTemplate(id: string, type: string, schema: string): string {
  const condition = conditions[type] ?? `{ type: ${type} }`;
  const title = id
    .split("_")
    .filter((word) => word !== "")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join(" ");
  // A time pattern by itself makes no event relevant.
  const where = type === "time_pattern" ? "where: { type: EVENT_TYPE }\n" : "";
  return `# yaml-language-server: $schema=${schema.replaceAll("\\", "/")}
id: ${id}
name: ${title}
description: >-
  WHAT IT FINDS AND WHY THAT MATTERS. False positives: WHAT MAY RAISE IT WRONGLY.
severity: medium
tags: []
window: 5m
group_by: container
${where}conditions:
  - ${condition}
actions:
  - { type: alert }
tests:
  - name: fires when WHAT HAPPENS
    any_order: true
    events:
      - { at: 0s, type: OTHER_TYPE, container_id: c1 }
    expect: [{ at: 0s, group: { container: c1 } }]
  - name: stays silent when WHAT IS NEARLY THE SAME
    events:
      - { at: 0s, type: OTHER_TYPE, container_id: c1 }
    expect: []
`;
}
