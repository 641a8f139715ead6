import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Runs the container client; resolves to its stdout, rejects with what it said. */
export async function docker(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run("docker", [...words], {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/** Whether a container runtime and Compose v2 answer. */
export async function runtimeAnswers(): Promise<boolean> {
  try {
    await docker(["info"]);
    await docker(["compose", "version"]);
    return true;
  } catch {
    return false;
  }
}

/** Whether the image is here or can be pulled. */
export async function imageCanBeHad(image: string): Promise<boolean> {
  try {
    await docker(["image", "inspect", image]);
    return true;
  } catch {
    return docker(["pull", "-q", image]).then(
      () => true,
      () => false,
    );
  }
}
