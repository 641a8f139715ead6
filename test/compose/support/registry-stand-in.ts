import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { registryApp } from "../../services/registry.ts";
import { docker, imageCanBeHad, standInLabel } from "./docker.ts";

/**
 * Where the registry's public image cannot be had, one of the same name made from its jars, on the Java of Kafka's
 * image. It proves our side of the entry in the compose file, not the public image's own entry point.
 */
export async function ensureRegistryImage(image: string): Promise<void> {
  if (await imageCanBeHad(image)) return;
  const folder = await mkdtemp(join(tmpdir(), "registry-image-"));
  try {
    await cp(await registryApp(), join(folder, "app"), { recursive: true });
    const lines = [
      "FROM apache/kafka:4.3.1",
      `LABEL ${standInLabel}=true`,
      "COPY app /app",
      'CMD ["bash", "-c", "exec java -Xmx512m -jar /app/*-runner.jar"]',
    ];
    await writeFile(join(folder, "Dockerfile"), `${lines.join("\n")}\n`);
    // The classic builder: one without BuildKit at hand can build it too.
    await docker(["build", "-q", "-t", image, folder], { DOCKER_BUILDKIT: "0" });
  } finally {
    await rm(folder, { recursive: true });
  }
}
