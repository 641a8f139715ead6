/** The text of a new rule: it loads, and its first test fails until somebody fills in what is written in capitals. */
import { conditionTypes } from "../correlation/condition-types.ts";

export const templateTypes: readonly string[] = conditionTypes.map(({ type }) => type);

/** `type`: one of `templateTypes`. `schema`: path of the JSON Schema from the folder of the file. */
export function ruleTemplate(id: string, type: string, schema: string): string {
  const { example, instant } = conditionTypes.find((each) => each.type === type)!;
  const title = id
    .split("_")
    .filter((word) => word !== "")
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join(" ");
  const where = instant === true ? "where: { type: EVENT_TYPE }\n" : "";
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
  - ${example}
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
