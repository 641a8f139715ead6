/** Kafka and Redis of one's own, each also behind a proxy that can hold its replies back. */
import { Redis } from "ioredis";
import { systemClock } from "../../src/clock.ts";
import { KafkaLog } from "../../src/transport/kafka/kafka-log.ts";
import { Installation } from "../../test/integration/support/installation.ts";
import { FaultProxy, type ProxiedKafka, startProxiedKafka } from "../../test/services/fault-proxy.ts";
import { type OwnRedis, startRedis } from "../../test/services/redis.ts";

export class BenchServers {
  /** For what the benchmark itself writes and reads. */
  readonly log: KafkaLog;
  readonly redis: Redis;
  readonly redisProxy: FaultProxy;
  readonly #kafka: ProxiedKafka;
  readonly #redis: OwnRedis;
  readonly #installations: Installation[] = [];

  private constructor(kafka: ProxiedKafka, redis: OwnRedis, redisProxy: FaultProxy) {
    this.#kafka = kafka;
    this.#redis = redis;
    this.redisProxy = redisProxy;
    this.redis = new Redis(redis.address);
    this.redis.on("error", () => {});
    this.log = new KafkaLog({ clientId: "bench", clock: systemClock, brokers: [kafka.kafka.address] });
  }

  static async start(): Promise<BenchServers> {
    const [kafka, redis] = await Promise.all([startProxiedKafka(), startRedis()]);
    return new BenchServers(kafka, redis, await FaultProxy.listen(redis.address));
  }

  get kafkaProxy(): FaultProxy {
    return this.#kafka.proxy;
  }

  /** Straight to the broker. */
  get kafkaAddress(): string {
    return this.#kafka.kafka.address;
  }

  /** Straight to Redis. */
  get redisAddress(): string {
    return this.#redis.address;
  }

  /** Settings with which a process reaches both servers through the proxies. */
  get proxied(): Readonly<Record<string, string>> {
    return {
      CORRAL_KAFKA_BROKERS: this.#kafka.address,
      CORRAL_REDIS_URL: `redis://127.0.0.1:${this.redisProxy.port}`,
    };
  }

  /**
   * Topics and processes under a prefix of their own, with the product's own timing: the settings of the integration tests
   * end sessions sooner. Event time is the events' alone. `registry`: the Confluent API of one; absent: JSON.
   */
  async install(
    partitions: number,
    settings: Readonly<Record<string, string>> = {},
    registry?: string,
  ): Promise<Installation> {
    const corral = new Installation({
      kafka: this.kafkaAddress,
      redis: this.redisAddress,
      ...(registry === undefined ? {} : { registry }),
      partitions,
      settings: { ...productTiming, CORRAL_IDLE_TIMEOUT: "off", CORRAL_RULES_RELOAD: "off", ...settings },
    });
    this.#installations.push(corral);
    await corral.createTopics();
    return corral;
  }

  /** A line of `INFO`, e.g. `total_net_output_bytes` of `stats`; 0 without it. */
  async info(section: string, name: string): Promise<number> {
    return Number(infoLine(await this.redis.info(section), name) ?? 0);
  }

  async redisVersion(): Promise<string> {
    return infoLine(await this.redis.info("server"), "redis_version") ?? "unknown";
  }

  async close(): Promise<void> {
    await Promise.all(this.#installations.map((corral) => corral.close()));
    await this.log.close();
    this.redis.disconnect();
    await this.redisProxy.close();
    await Promise.all([this.#kafka.stop(), this.#redis.stop()]);
  }
}

const productTiming = {
  CORRAL_SESSION_TIMEOUT: "30s",
  CORRAL_HEARTBEAT_INTERVAL: "3s",
  CORRAL_COMMIT_INTERVAL: "1s",
};

function infoLine(info: string, name: string): string | undefined {
  const line = info.split("\r\n").find((each) => each.startsWith(`${name}:`));
  return line?.slice(name.length + 1);
}
