/** `docs/performance.md` and its picture: the words of bench/page with the figures of the last published run. */
import { readFileSync } from "node:fs";
import { growthPlot, type Line } from "../../bench/page/growth-plot.ts";
import { type Section, sectionText } from "../../bench/support/section.ts";

interface Results {
  readonly machine: string;
  readonly seed: number;
  readonly sections: readonly Section[];
}

/** What growth may cost, as a ratio. */
const limit = 1.5;

export function performancePage(): string {
  const { machine, seed, sections } = results("bench/results.json");
  const before = results("bench/page/profile-before.json").sections;
  return read("bench/page/performance.md")
    .replace("<!-- machine -->", `${machine}; seed ${seed}.`)
    .replace("<!-- tables -->", () => sections.map(sectionText).join("\n\n"))
    .replace("<!-- profile before -->", () => before.map(sectionText).join("\n\n"));
}

export function performancePicture(): string {
  const growth = results("bench/results.json").sections.find(({ title }) => title === "Growth");
  if (growth === undefined) throw new Error("Cannot draw growth: bench/results.json must hold that lane");
  const lines = new Map<string, [number, number][]>();
  for (const [name, size, ratio] of growth.rows) {
    const points = lines.get(name!) ?? [];
    points.push([Number.parseFloat(size!.replaceAll(",", "")), Number.parseFloat(ratio!)]);
    lines.set(name!, points);
  }
  return growthPlot(
    [...lines].map(([name, points]): Line => ({ name: name.split(",")[0]!.split(";")[0]!, points })),
    limit,
  );
}

/** What a run wrote with `--json`. */
function results(file: string): Results {
  return JSON.parse(read(file)) as Results;
}

function read(file: string): string {
  return readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
}
