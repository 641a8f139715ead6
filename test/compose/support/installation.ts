import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../services/free-port.ts";
import { say } from "../../services/service.ts";
import { docker, sayStandIns } from "./docker.ts";
import { ensureRegistryImage } from "./registry-stand-in.ts";

const composeFile = join(import.meta.dirname, "../../../docker-compose.yml");
const ours = ["topics", "enrich", "correlate", "demo"];

/** The compose file under a project name, an image name and host ports of its own: it meets no other installation. */
export class Installation {
  readonly project = `corral-test-${process.pid}`;
  readonly image = `${this.project}:local`;
  readonly kafka: string;
  readonly registry: string;
  readonly #folder: string;
  readonly #ports: Readonly<Record<string, string>>;

  private constructor(folder: string, [kafka, registry]: readonly [number, number]) {
    this.#folder = folder;
    this.#ports = { KAFKA_HOST_PORT: String(kafka), REGISTRY_HOST_PORT: String(registry) };
    this.kafka = `localhost:${kafka}`;
    this.registry = `http://localhost:${registry}`;
  }

  /** Nothing runs yet, but every image that cannot be pulled is there, and it has been said which are stand-ins. */
  static async prepare(): Promise<Installation> {
    const folder = await mkdtemp(join(tmpdir(), "corral-compose-"));
    const installation = new Installation(folder, [await freePort(), await freePort()]);
    const services = {
      ...Object.fromEntries(ours.map((service) => [service, { image: installation.image }])),
      // A stand-in has the volumes of Kafka's image; without names they would outlive `down`.
      "schema-registry": { tmpfs: ["/etc/kafka/secrets", "/mnt/shared/config", "/var/lib/kafka/data"] },
    };
    await writeFile(join(folder, "override.json"), JSON.stringify({ services }));
    const used = (await installation.compose("config", "--images")).trim().split("\n");
    const publicImages = used.filter((image) => image !== installation.image);
    await ensureRegistryImage(publicImages.find((image) => image.includes("registry"))!);
    await sayStandIns([...new Set(publicImages), "node:24-bookworm-slim"]);
    return installation;
  }

  /** `docker compose` on it; resolves to its stdout, rejects with what it said. */
  compose(...words: readonly string[]): Promise<string> {
    const files = ["-f", composeFile, "-f", join(this.#folder, "override.json")];
    return docker(["compose", "-p", this.project, ...files, ...words], this.#ports);
  }

  /** Resolves when all is up and healthy; else the services' logs are in the error. */
  async up(...words: readonly string[]): Promise<void> {
    try {
      await this.compose("up", "--wait", "--wait-timeout", "300", ...words);
    } catch (error) {
      const state = await this.compose("ps", "-a");
      const logs = await this.compose("logs", "--tail", "25");
      throw new Error([(error as Error).message, state, logs].join("\n"));
    }
  }

  /** The containers of a service, ended ones too. */
  async containers(service: string): Promise<readonly string[]> {
    return (await this.compose("ps", "-aq", service)).trim().split("\n");
  }

  /** With its data and its image. */
  async remove(): Promise<void> {
    const tidy = [
      () => this.compose("--profile", "examples", "down", "-v", "--remove-orphans", "--timeout", "5"),
      () => docker(["image", "rm", this.image]),
      () => rm(this.#folder, { recursive: true }),
    ];
    for (const step of tidy) await step().catch((error: unknown) => say(String(error)));
  }
}
