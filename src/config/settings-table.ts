import type { NamedSetting } from "./setting.ts";
import { settingList } from "./settings.ts";

/** The table of all settings for the manual, in Markdown. */
export function settingsTable(): string {
  const rows = settingList.map((setting) => [
    code(setting.path),
    setting.environment === null ? "–" : code(setting.environment),
    setting.flag === null ? "–" : code(`--${setting.flag}`),
    defaultText(setting),
    `${setting.doc} Allowed: ${setting.type.allowed}.`,
  ]);
  return [
    ["YAML", "Environment", "Flag", "Default", "What it is"],
    ["---", "---", "---", "---", "---"],
    ...rows,
  ]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`)
    .join("");
}

/** The default as one would write it. */
function defaultText(setting: NamedSetting): string {
  if (setting.derived !== null) return setting.derived.text;
  const value = setting.fallback;
  if (value === null) return "unset";
  if (value === "") return "empty";
  if (Array.isArray(value)) return code(value.join(","));
  return code(typeof value === "object" ? JSON.stringify(value) : String(value));
}

function code(text: string): string {
  return `\`${text}\``;
}
