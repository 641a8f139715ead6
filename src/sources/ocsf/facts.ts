/** What an OCSF record offers to mappings; mappings/ocsf.yml lists the keys. */
import type { JsonMap } from "../../events/security-event.ts";
import { distinctTexts, listAt, numberAt, textAt, valueAt, wordAt } from "../fields.ts";
import { activityName, className } from "./classes.ts";
import { firstNumber, firstText } from "./evidence.ts";

export type OcsfFacts = ReturnType<typeof ocsfFacts>;

export function ocsfFacts(value: JsonMap) {
  const uid = numberAt(value, "class_uid") ?? 0;
  const attacks = [...listAt(value, "finding_info", "attacks"), ...listAt(value, "attacks")];
  const code = firstNumber(value, ["api", "response", "code"], ["http_response", "code"]);
  return {
    class: className(uid) ?? `class_${uid}`,
    class_uid: String(uid),
    activity: activityName(uid, numberAt(value, "activity_id") ?? 0),
    status: ["unknown", "success", "failure"][numberAt(value, "status_id") ?? 0] ?? "other",
    status_code: wordAt(value, "status_code"),
    code: code === null ? null : String(code),
    /** Of findings. */
    rule: firstText(
      value,
      ["finding_info", "analytic", "name"],
      ["finding_info", "title"],
      ["finding", "title"],
    ),
    tactic: distinctTexts(
      attacks.flatMap((each) => [
        valueAt(each, "tactic", "name"),
        valueAt(listAt(each, "tactics")[0], "name"),
      ]),
    ),
    technique: distinctTexts(attacks.map((each) => valueAt(each, "technique", "uid"))),
    operation: textAt(value, "api", "operation"),
    service: textAt(value, "api", "service", "name"),
    resource: distinctTexts(listAt(value, "resources").map((each) => valueAt(each, "type"))),
    product: textAt(value, "metadata", "product", "name"),
    file: fileOf(value),
    module: textAt(value, "module", "file", "name") ?? textAt(value, "driver", "file", "name"),
  };
}

function fileOf(value: JsonMap): string | null {
  return firstText(
    value,
    ["file", "path"],
    ["file", "name"],
    ["module", "file", "path"],
    ["driver", "file", "path"],
  );
}
