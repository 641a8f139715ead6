import { Redis } from "ioredis";
import { stringify } from "yaml";
import { type Actor, needs, rightsOf } from "../../../src/app/rights.ts";
import { loadConfig } from "../../../src/config/load-config.ts";
import type { Config } from "../../../src/config/settings.ts";
import { aclRules } from "../../../src/state/redis/rights.ts";
import type { Right } from "../../../src/transport/log.ts";
import { Folder } from "../../cli/support.ts";
import { type CertificateAuthority, certificateAuthority } from "../../services/certificates.ts";
import { type OwnKafka, startKafka } from "../../services/kafka.ts";
import { type OwnRedis, startRedis } from "../../services/redis.ts";
import { Installation } from "./installation.ts";
import { KafkaAcls } from "./kafka-acls.ts";

const redisPassword = "pass:w@rd/1";

/**
 * Kafka and Redis that ask who one is, by TLS, and an installation on them in which every role and command is a user of
 * its own. The suite itself goes in by other doors, where it may do everything.
 */
export class SecuredServices {
  readonly folder = new Folder();
  authority!: CertificateAuthority;
  kafka!: OwnKafka;
  redis!: OwnRedis;
  acls!: KafkaAcls;
  corral!: Installation;
  readonly #settings: Readonly<Record<string, string>>;

  /** `settings` are the same for every actor. */
  constructor(settings: Readonly<Record<string, string>>) {
    this.#settings = settings;
  }

  async start(): Promise<void> {
    this.authority = await certificateAuthority();
    const server = await this.authority.issue("IP:127.0.0.1");
    const users = Object.fromEntries(actors.map((actor) => [userOf(actor), passwordOf(actor)]));
    [this.kafka, this.redis] = await Promise.all([
      startKafka({ secured: { server, users } }),
      startRedis({ secured: { server, ca: this.authority.ca } }),
    ]);
    this.acls = new KafkaAcls(this.kafka.address);
    await this.acls.open();
    const { address: kafka } = this.kafka;
    this.corral = new Installation({ kafka, redis: this.redis.address, partitions: 2 });
    const rules = aclRules(this.corral.prefix).split(" ");
    await this.#inRedis((admin) =>
      admin.call("ACL", ["SETUSER", "corral", "reset", "on", `>${redisPassword}`, ...rules]),
    );
  }

  /** All state is lost; the user stays. */
  emptyRedis(): Promise<void> {
    return this.#inRedis((admin) => admin.flushall());
  }

  /** Settings of the actor as an orchestrator would give them, with the passwords in files. */
  environment(actor: Actor): Readonly<Record<string, string>> {
    return {
      ...this.corral.environment,
      CORRAL_KAFKA_BROKERS: this.kafka.secured!,
      CORRAL_KAFKA_TLS_ENABLED: "true",
      CORRAL_KAFKA_TLS_CA: this.authority.ca,
      CORRAL_KAFKA_SASL_USERNAME: userOf(actor),
      CORRAL_KAFKA_SASL_PASSWORD_FILE: this.folder.file(
        `${userOf(actor)}.password`,
        `${passwordOf(actor)}\n`,
      ),
      CORRAL_REDIS_URL: this.redis.secured!,
      CORRAL_REDIS_USERNAME: "corral",
      CORRAL_REDIS_PASSWORD_FILE: this.folder.file("redis.password", redisPassword),
      CORRAL_REDIS_TLS_CA: this.authority.ca,
      ...this.#settings,
    };
  }

  config(actor: Actor): Config {
    return loadConfig({ flags: {}, env: this.environment(actor) });
  }

  /** The same in a YAML file, for commands that are called in this process. */
  configFile(actor: Actor, more: object = {}): string {
    const { kafka, redis, prefix } = this.config(actor);
    const { brokers, sasl, tls } = kafka;
    const file = {
      kafka: { brokers, sasl, tls: { enabled: true, ca: tls.ca } },
      redis: {
        url: redis.url,
        username: redis.username,
        password: redis.password,
        tls: { ca: redis.tls.ca },
      },
      prefix,
      ...more,
    };
    return this.folder.file(`${userOf(actor)}.yml`, stringify(file));
  }

  rights(actor: Actor): readonly Right[] {
    return rightsOf(this.config(actor), actor);
  }

  setRedis(name: string, value: string): Promise<void> {
    return this.#inRedis((admin) => admin.config("SET", name, value));
  }

  async #inRedis(work: (admin: Redis) => Promise<unknown>): Promise<void> {
    const admin = new Redis(this.redis.address);
    await work(admin);
    admin.disconnect();
  }

  async stop(): Promise<void> {
    await this.corral?.close();
    await this.acls?.close();
    await Promise.all([this.kafka?.stop(), this.redis?.stop()]);
    await this.authority?.remove();
    this.folder.remove();
  }
}

const actors = Object.keys(needs) as Actor[];

/** The Kafka user that an actor is here, e.g. `topics-create`. */
export function userOf(actor: Actor): string {
  return actor.replaceAll(/\W+/g, "-");
}

/** What nobody may print. */
export function passwords(): readonly string[] {
  return [redisPassword, ...actors.map(passwordOf)];
}

function passwordOf(actor: Actor): string {
  return `secret-of-${userOf(actor)}`;
}
