/** The few questions that are asked of the Docker Engine API, over its unix socket. */
import { type IncomingMessage, request } from "node:http";
import { messageOf, TransientError } from "../errors.ts";
import type { JsonMap, JsonValue } from "../events/security-event.ts";

/** Longest answer, and longest event, bytes. */
const longest = 16 * 1024 * 1024;

export class DockerApi {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** Null: there is no such thing. Throws TransientError. */
  async get(path: string, signal: AbortSignal): Promise<JsonValue> {
    const response = await this.#open(path, signal);
    let text = "";
    for await (const chunk of textOf(response)) {
      text += chunk;
      if (text.length > longest) throw this.#failed(path, "an answer of bounded size");
    }
    if (response.statusCode === 404) return null;
    if (response.statusCode !== 200)
      throw this.#failed(path, `status ${response.statusCode}: ${text.slice(0, 200)}`);
    try {
      return JSON.parse(text) as JsonValue;
    } catch (error) {
      throw this.#failed(path, messageOf(error));
    }
  }

  /** One JSON value a line, as they come, until the other side or `signal` ends it. `onOpen` once the stream runs. */
  async *follow(path: string, signal: AbortSignal, onOpen: () => void): AsyncGenerator<JsonMap> {
    const response = await this.#open(path, signal);
    if (response.statusCode !== 200) throw this.#failed(path, `status ${response.statusCode}`);
    onOpen();
    let rest = "";
    for await (const chunk of textOf(response)) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop()!;
      if (rest.length > longest) throw this.#failed(path, "an event of bounded size");
      for (const line of lines) if (line.trim() !== "") yield JSON.parse(line) as JsonMap;
    }
  }

  #open(path: string, signal: AbortSignal): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const asked = request(
        { socketPath: this.#socketPath, path, signal, headers: { host: "docker" } },
        resolve,
      );
      asked.once("error", (error) => reject(this.#failed(path, messageOf(error))));
      asked.end();
    });
  }

  #failed(path: string, what: string): TransientError {
    return new TransientError(
      `Cannot ask Docker for ${path.split("?")[0]}: ${this.#socketPath} must answer: current value is ${what}`,
    );
  }
}

async function* textOf(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding("utf8");
  for await (const chunk of response) yield chunk as string;
}
