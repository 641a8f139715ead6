/**
 * Writes the traffic to the raw topic as producers of users do, with garbage among it, and lets event time run many times
 * faster than the clock. A broker that is away is waited for: what could not be sent goes out again, doubled at worst.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { Kafka, logLevel, type Message, Partitioners, type Producer } from "kafkajs";
import type { SecurityEvent } from "../../src/events/security-event.ts";
import { nativeJson } from "../integration/support/load.ts";
import type { Arrival, Traffic } from "./traffic.ts";

export interface FeedOptions {
  readonly broker: string;
  readonly topic: string;
  readonly partitions: number;
  readonly traffic: Traffic;
  readonly start: number;
  /** Milliseconds of event time in one of the clock. */
  readonly speed: number;
  readonly random: () => number;
  /** While true the traffic stands still: the machine does not keep up. */
  readonly overloaded: () => boolean;
}

const tickMs = 100;
/** In so many ticks on average one piece of garbage. */
const garbageEvery = 8;
const marker = "garbage";

/** Whether a raw record was planted as one that nobody can read. */
export function isGarbage(value: Buffer | null): boolean {
  return value?.includes(marker) === true;
}

export class Feed {
  /** Event time reached, epoch milliseconds. */
  time: number;
  events = 0;
  /** How long the traffic stood still, milliseconds. */
  held = 0;
  readonly #options: FeedOptions;
  readonly #producer: Producer;
  #running = true;
  #loop: Promise<void> = Promise.resolve();
  #turn = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.time = options.start;
    const kafka = new Kafka({
      brokers: [options.broker],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 },
    });
    this.#producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      allowAutoTopicCreation: false,
    });
  }

  async start(): Promise<void> {
    await this.#producer.connect();
    this.#loop = this.#flow();
  }

  /** Begins nothing new, sends what those that have begun still say, then an event far behind it to every partition. */
  async finish(farMs: number): Promise<void> {
    this.#running = false;
    await this.#loop;
    const rest = this.#options.traffic.rest();
    for (let from = 0; from < rest.length; from += 500) await this.#send(rest.slice(from, from + 500), 0);
    const last = rest.reduce((most, { event }) => Math.max(most, event.timestamp), this.time);
    const tick = { id: "chaos-end", type: "tick", timestamp: last + farMs };
    await this.#deliver(
      Array.from({ length: this.#options.partitions }, (_, partition) => ({
        value: JSON.stringify(tick),
        partition,
      })),
    );
    await this.#producer.disconnect();
  }

  async #flow(): Promise<void> {
    const { traffic, speed, random, overloaded } = this.#options;
    for (let last = performance.now(); this.#running; ) {
      await sleep(tickMs);
      const now = performance.now();
      if (overloaded()) this.held += now - last;
      else {
        this.time += (now - last) * speed;
        await this.#send(traffic.until(this.time), random() * garbageEvery < 1 ? 1 : 0);
      }
      last = now;
    }
  }

  async #send(arrivals: readonly Arrival[], garbage: number): Promise<void> {
    const messages = arrivals.map(({ event, key }) => this.#messageOf(event, key));
    for (let each = 0; each < garbage; each += 1) {
      messages.splice(Math.floor(this.#options.random() * (messages.length + 1)), 0, this.#garbage());
    }
    if (messages.length > 0) await this.#deliver(messages);
    this.events += arrivals.length;
  }

  /** Without a key the client would choose partitions by chance: in turn is what can be told again. */
  #messageOf(event: SecurityEvent, key: string | null): Message {
    const value = nativeJson(event);
    return key === null ? { value, partition: this.#turn++ % this.#options.partitions } : { value, key };
  }

  #garbage(): Message {
    const { random, partitions } = this.#options;
    const partition = Math.floor(random() * partitions);
    const text = `${marker} ${this.#turn++}`;
    if (random() < 0.5) return { value: `{"type": "half of it", "text": "${text}`, partition };
    return { value: Buffer.concat([Buffer.from([0xff, 0xfe, 0x00, 0x42]), Buffer.from(text)]), partition };
  }

  async #deliver(messages: Message[]): Promise<void> {
    for (;;) {
      try {
        await this.#producer.send({ topic: this.#options.topic, messages, acks: -1 });
        return;
      } catch {
        await sleep(200);
      }
    }
  }
}
