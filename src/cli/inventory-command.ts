/** `corral inventory kubernetes|docker|load`: what fills the inventory from outside. */
import type { Command } from "commander";
import type { Actor } from "../app/rights.ts";
import type { Config } from "../config/settings.ts";
import type { Feeder } from "../feeders/feeder.ts";
import { configOf, withConfigOptions } from "./config-options.ts";
import { type ExitCode, exitCode, type Output } from "./output.ts";

type Done = (code: ExitCode) => void;

interface FeedFlags {
  readonly once?: boolean;
  readonly events?: boolean;
}

export function addInventoryCommand(program: Command, output: Output, done: Done): void {
  const inventory = program
    .command("inventory")
    .description("fill the table of containers, pods, services and nodes");
  feedCommand(inventory, "kubernetes", "from a cluster's API, and go on as it changes")
    .option("--kubeconfig <file>", "default: as kubectl finds it, else the pod's service account")
    .action(async (options) => {
      const { openKubernetes } = await import("../feeders/kubernetes-api.ts");
      const { kubernetesFeeder } = await import("../feeders/kubernetes-feeder.ts");
      const { kubeconfig, ...others } = options as FeedFlags & { readonly kubeconfig?: string };
      const config = feedConfig(others);
      await feed(
        "kubernetes",
        kubernetesFeeder(await openKubernetes(kubeconfig ?? null)),
        others,
        config,
        output,
      );
      done(exitCode.ok);
    });
  feedCommand(inventory, "docker", "from the Docker Engine of this machine, and go on as it changes")
    .option("--socket <path>", "Docker's unix socket", "/var/run/docker.sock")
    .action(async (options) => {
      const { dockerFeeder } = await import("../feeders/docker-feeder.ts");
      const { socket, ...others } = options as FeedFlags & { readonly socket: string };
      await feed("docker", dockerFeeder(socket), others, feedConfig(others), output);
      done(exitCode.ok);
    });
  withConfigOptions(inventory.command("load").description("from files of entries (NDJSON or YAML)"))
    .argument("<files...>", "files under the names of schemas/inventory-entry.avsc")
    .action(async (files: string[], options) => {
      await load(files, configOf(options), output);
      done(exitCode.ok);
    });
}

function feedCommand(inventory: Command, name: string, what: string): Command {
  return withConfigOptions(inventory.command(name).description(what))
    .option("--once", "write what there is now, and end")
    .option("--events", "write starts and stops of containers as events too");
}

function feedConfig({ once, events, ...settings }: FeedFlags): Config {
  return configOf(settings);
}

async function feed(
  source: string,
  feeder: Feeder,
  { once = false, events = false }: FeedFlags,
  config: Config,
  output: Output,
): Promise<void> {
  const { feedInventory } = await import("../app/feed-inventory.ts");
  const { createLogger } = await import("../telemetry/logger.ts");
  const stop = new AbortController();
  process.once("SIGTERM", () => stop.abort());
  process.once("SIGINT", () => stop.abort());
  const logger = createLogger({ level: config.log.level, role: `inventory ${source}` });
  const actor = events ? "inventory kubernetes, docker --events" : "inventory kubernetes, docker";
  const entries = await withPorts(config, actor, (ports) =>
    feedInventory({ config, ports, logger, signal: stop.signal, source, feeder, once, events }),
  );
  output.note(`${entries} entries of ${source} in ${config.prefix}${config.topics.inventory}`);
}

async function load(files: readonly string[], config: Config, output: Output): Promise<void> {
  const { writeEntries } = await import("../app/feed-inventory.ts");
  const { readInventoryFiles } = await import("../feeders/read-inventory-files.ts");
  const { entityKey, recordKey } = await import("../enrichment/inventory-entry.ts");
  const entries = readInventoryFiles(files, config.cluster);
  const records = entries.map((entry) => ({ key: recordKey(entry, entityKey(entry)!), entry }));
  await withPorts(config, "inventory load", (ports) => writeEntries(records, { config, ports }));
  output.note(`${entries.length} entries written to ${config.prefix}${config.topics.inventory}`);
}

type FeedPorts = Parameters<typeof import("../app/feed-inventory.ts").feedInventory>[0]["ports"];

async function withPorts<T>(
  config: Config,
  actor: Actor,
  work: (ports: FeedPorts) => Promise<T>,
): Promise<T> {
  const { codecsOf, openLog } = await import("../app/ports.ts");
  const { reachLog } = await import("../app/reach-log.ts");
  const { rightsOf } = await import("../app/rights.ts");
  const { systemClock } = await import("../clock.ts");
  const log = openLog(config, null);
  try {
    const codecs = await codecsOf(config);
    await reachLog(log, rightsOf(config, actor));
    return await work({ log, codecs, clock: systemClock });
  } finally {
    await log.close();
  }
}
