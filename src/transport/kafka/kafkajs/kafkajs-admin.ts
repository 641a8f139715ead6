import type { Admin, Kafka } from "kafkajs";
import { AccessRefused, TransientError } from "../../../errors.ts";
import { kafkaError } from "../kafka-error.ts";

/** One connection for questions about topics and groups, opened when first needed and anew after an error. */
export class KafkajsAdmin {
  readonly #client: Kafka;
  #admin: Promise<Admin> | undefined;
  #closed = false;

  constructor(client: Kafka) {
    this.#client = client;
  }

  /** Runs `work`; whatever fails becomes a TransientError, or AccessRefused, that names `action`. */
  async use<T>(action: string, work: (admin: Admin) => Promise<T>): Promise<T> {
    if (this.#closed) {
      throw new TransientError(`Cannot ${action}: the log must be open: current value is closed`);
    }
    this.#admin ??= this.#connect();
    const mine = this.#admin;
    try {
      return await work(await mine);
    } catch (error) {
      // Found out by asking: nothing is wrong with the connection that others use, too.
      if (error instanceof AccessRefused) throw error;
      if (this.#admin === mine) this.#admin = undefined;
      void disconnect(mine);
      throw kafkaError(action, error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const mine = this.#admin;
    this.#admin = undefined;
    if (mine !== undefined) await disconnect(mine);
  }

  async #connect(): Promise<Admin> {
    const admin = this.#client.admin();
    try {
      await admin.connect();
      return admin;
    } catch (error) {
      await admin.disconnect().catch(() => {});
      throw error;
    }
  }
}

async function disconnect(admin: Promise<Admin>): Promise<void> {
  await admin.then((open) => open.disconnect()).catch(() => {});
}
