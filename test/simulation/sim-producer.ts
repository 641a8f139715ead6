/** A producer of one process: one request in flight, sent again until it is acknowledged. */
import { TransientError } from "../../src/errors.ts";
import type { OutgoingRecord, Producer } from "../../src/transport/log.ts";
import type { SimBroker } from "./sim-broker.ts";
import type { SimProcess } from "./sim-process.ts";

interface Waiting {
  readonly records: readonly OutgoingRecord[];
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

export class SimProducer implements Producer {
  readonly #process: SimProcess;
  readonly #broker: SimBroker;
  #queue: Waiting[] = [];
  #inFlight: readonly Waiting[] = [];
  #closed: boolean = false;

  constructor(process: SimProcess, broker: SimBroker) {
    this.#process = process;
    this.#broker = broker;
  }

  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.#closed) return Promise.reject(closed());
    if (records.length === 0) return Promise.resolve();
    const sent = new Promise<void>((resolve, reject) => this.#queue.push({ records, resolve, reject }));
    if (this.#inFlight.length === 0) void this.#work();
    return sent;
  }

  pending(): number {
    return [...this.#queue, ...this.#inFlight].reduce((sum, { records }) => sum + records.length, 0);
  }

  async close(timeoutMs = 10_000): Promise<void> {
    const { clock } = this.#process;
    const deadline = clock.monotonic() + timeoutMs;
    while (this.pending() > 0 && clock.monotonic() < deadline) await clock.sleep(50);
    this.#closed = true;
    for (const { reject } of [...this.#inFlight, ...this.#queue.splice(0)]) reject(closed());
  }

  async #work(): Promise<void> {
    while (this.#queue.length > 0) {
      this.#inFlight = this.#queue.splice(0);
      const records = this.#inFlight.flatMap((waiting) => waiting.records);
      for (;;) {
        const acknowledged = await this.#process
          .request("log.send", (fate) => this.#broker.append(records, fate))
          .then(
            () => true,
            () => false,
          );
        if (acknowledged || this.#closed) break;
        await this.#process.clock.sleep(20 + this.#process.world.below(500));
      }
      for (const { resolve } of this.#inFlight) resolve();
      this.#inFlight = [];
    }
  }
}

function closed(): TransientError {
  return new TransientError("Cannot send: the producer must be open: current value is closed");
}
