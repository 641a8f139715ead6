import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { cached, java, runTool } from "./artifacts.ts";
import { freePort } from "./free-port.ts";
import { firstOf, fromEnvironment, type OwnService, type Probe, type Service } from "./service.ts";
import { startContainer } from "./service-container.ts";
import { ServiceProcess, serviceFolder } from "./service-process.ts";

/** The Confluent-compatible API of a registry address: what `CORRAL_REGISTRY_URL` takes. */
export function confluentApi(address: string): string {
  return `${address.replace(/\/$/, "")}/apis/ccompat/v7`;
}

/** The Apicurio registry at `CORRAL_TEST_REGISTRY` (`http://host:port`), else one of our own. */
export async function findRegistry(): Promise<Service> {
  return (await fromEnvironment("CORRAL_TEST_REGISTRY", listsSubjects)) ?? startRegistry();
}

/** A registry of one's own to break. It keeps schemas in memory: `kill` and `restart` empty it. */
export function startRegistry(): Promise<OwnService> {
  return firstOf("registry", { container: inContainer, process: asProcess });
}

const version = "3.0.9";

/** The folder with the registry's jars, from Maven Central. */
export function registryApp(): Promise<string> {
  return cached(`apicurio-registry-${version}`, fetchApp);
}

async function asProcess(): Promise<OwnService> {
  const app = await registryApp();
  const runner = (await readdir(app)).find((file) => file.endsWith("-runner.jar"));
  if (runner === undefined) throw new Error(`Cannot run the registry: ${app} must hold a *-runner.jar`);
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  return ServiceProcess.start({
    name: "registry",
    address,
    folder: await serviceFolder("registry"),
    command: java(),
    args: ["-Xmx512m", "-XX:+UseSerialGC", "-jar", join(app, runner)],
    env: { QUARKUS_HTTP_HOST: "127.0.0.1", QUARKUS_HTTP_PORT: String(port), QUARKUS_LOG_LEVEL: "WARN" },
    probe: listsSubjects(address),
  });
}

function inContainer(): Promise<OwnService | undefined> {
  return startContainer({
    name: "registry",
    image: `apicurio/apicurio-registry:${version}`,
    ports: [8080],
    readyLog: /Listening on/,
    configure: ({ host, ports: [port] }) => ({ address: `http://${host}:${port}` }),
    probe: listsSubjects,
  });
}

async function fetchApp(folder: string): Promise<void> {
  const artifact = `io.apicurio:apicurio-registry-app:${version}:tar.gz:all`;
  const copy = [`-Dartifact=${artifact}`, `-DoutputDirectory=${folder}`, "-Dmdep.useBaseVersion=true"];
  await runTool("mvn", ["-q", "-B", "dependency:copy", ...copy]);
  const archive = join(folder, `apicurio-registry-app-${version}-all.tar.gz`);
  await runTool("tar", ["-xzf", archive, "-C", folder]);
  await runTool("rm", [archive]);
}

function listsSubjects(address: string): Probe {
  return async () => {
    const answer = await fetch(`${confluentApi(address)}/subjects`, { signal: AbortSignal.timeout(2_000) });
    await answer.body?.cancel();
    return answer.ok;
  };
}
