import { expect, it } from "vitest";
import { loadFormats } from "../../src/sources/load-formats.ts";
import { recognise } from "../../src/sources/recognise.ts";
import { noSurroundings } from "../../src/sources/source.ts";
import { describeWithRecordings, linesOf } from "./recordings.ts";

const recordings = [
  "falco/website-alerts.jsonl",
  "falco/plugins-readme-alerts.jsonl",
  "tetragon/docs-events.jsonl",
  "tracee/docs-events.jsonl",
  "k8s-audit/k8s-audit-pod-exec-file.jsonl",
  "k8s-audit/k8s-audit-priv-pod-file.jsonl",
];

describeWithRecordings(recordings, "Recordings of other producers", () => {
  const formats = loadFormats();
  const theirs = new Set(["kubearmor", "docker", "linux_audit", "sshd", "auditd"]);

  it.each(recordings)(
    "%s: nothing is taken for KubeArmor's, Docker's, sshd's or the audit system's",
    (path) => {
      const lines = linesOf(path);
      const sources = lines.flatMap((line) =>
        recognise(JSON.parse(line), noSurroundings, formats).map(({ source }) => source),
      );
      expect(sources.length).toBeGreaterThanOrEqual(lines.length);
      expect(sources.filter((source) => theirs.has(source))).toEqual([]);
    },
  );
});
