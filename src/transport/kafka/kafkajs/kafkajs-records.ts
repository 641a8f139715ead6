import type { MemberHandlers, MemberOptions } from "../../log.ts";
import type { KafkaClientOptions } from "../kafka-client-options.ts";
import type { GroupSession, LogQuestions, RecordClient, RequestSender } from "../record-client.ts";
import { kafkaClient } from "./kafkajs-client.ts";
import { KafkajsSender } from "./kafkajs-sender.ts";
import { KafkajsSession } from "./kafkajs-session.ts";
import { OpenSockets } from "./open-sockets.ts";

/** Records by kafkajs. */
export class KafkajsRecords implements RecordClient {
  readonly #options: KafkaClientOptions;
  readonly #questions: LogQuestions;
  readonly #sockets = new OpenSockets();

  constructor(options: KafkaClientOptions, questions: LogQuestions) {
    this.#options = options;
    this.#questions = questions;
  }

  sender(): RequestSender {
    return new KafkajsSender(kafkaClient(this.#options, this.#sockets));
  }

  session(options: MemberOptions, handlers: MemberHandlers, paused: ReadonlySet<number>): GroupSession {
    const surroundings = {
      client: () => {
        const sockets = new OpenSockets(this.#sockets);
        return { kafka: kafkaClient(this.#options, sockets), sockets };
      },
      log: (line: Parameters<NonNullable<KafkaClientOptions["log"]>>[0]) => this.#options.log?.(line),
      standingAt: this.#questions.standingAt,
    };
    return new KafkajsSession(surroundings, options, handlers, paused);
  }

  close(): void {
    this.#sockets.end();
  }
}
