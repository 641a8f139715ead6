import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { say } from "../../services/service.ts";

const run = promisify(execFile);

/** Runs the container client; resolves to its stdout, rejects with what it said. */
export async function docker(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { stdout } = await run("docker", [...words], {
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
    timeout: 600_000,
  });
  return stdout;
}

/**
 * Whether a container runtime answers, with Compose v2. Where it does not, the suite is to be skipped, and that is said
 * aloud; with `CORRAL_REQUIRE_SERVICES=1` it throws.
 */
export async function runtimeFor(suite: string): Promise<boolean> {
  try {
    await docker(["info"]);
    await docker(["compose", "version"]);
    return true;
  } catch (error) {
    const reason = `a container runtime with Compose v2 must answer: ${(error as Error).message.trim()}`;
    if (process.env.CORRAL_REQUIRE_SERVICES === "1") throw new Error(`Cannot test ${suite}: ${reason}`);
    say(`SKIPPED ${suite}: ${reason}`);
    return false;
  }
}

/** Whether the image is here or can be pulled. */
export async function imageCanBeHad(image: string): Promise<boolean> {
  if (await succeeds(["image", "inspect", image])) return true;
  return succeeds(["pull", "-q", image]);
}

/** The label of images that this suite makes in place of public ones. */
export const standInLabel = "corral.test.stand-in";

/** Says which of the images are not the public ones, so that nobody takes the run for more than it is. */
export async function sayStandIns(images: readonly string[]): Promise<void> {
  for (const image of images) {
    // What was pulled has a digest of where it came from; what was built or imported here has none.
    const format = `{{len .RepoDigests}} {{index .Config.Labels "${standInLabel}"}}`;
    const found = await docker(["image", "inspect", "-f", format, image]).catch(() => "");
    if (/^0 |true/.test(found))
      say(`STAND-IN: ${image} was built on this machine, it is not the public image`);
  }
}

function succeeds(words: readonly string[]): Promise<boolean> {
  return docker(words).then(
    () => true,
    () => false,
  );
}
