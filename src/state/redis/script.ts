/**
 * A Lua file beside this one, run by its digest. A server that does not know the digest (restarted, failed over, SCRIPT
 * FLUSH) gets the text, which it then keeps.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Redis } from "ioredis";
import { messageOf } from "../../errors.ts";

export class Script {
  readonly #text: string;
  readonly #digest: string;

  /** `name`: the file's, without `.lua`. */
  constructor(name: string) {
    this.#text = readFileSync(new URL(`${name}.lua`, import.meta.url), "utf8");
    this.#digest = createHash("sha1").update(this.#text).digest("hex");
  }

  /** What the script returns. May run it twice when the connection breaks: every script here allows that. */
  async run(redis: Redis, keys: readonly string[], args: readonly string[]): Promise<readonly unknown[]> {
    const call = [keys.length, ...keys, ...args];
    try {
      return (await redis.call("EVALSHA", [this.#digest, ...call])) as unknown[];
    } catch (error) {
      if (!messageOf(error).startsWith("NOSCRIPT")) throw error;
      return (await redis.call("EVAL", [this.#text, ...call])) as unknown[];
    }
  }
}
