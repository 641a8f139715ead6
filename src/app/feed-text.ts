/**
 * Where feeds come from: files, folders and HTTP. Bounded in size and time; never called while events are read.
 *
 * A server is told what was read last (ETag, Last-Modified), so that an unchanged feed costs one short answer.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { FeedSettings } from "../config/feed-settings.ts";
import { ConfigError, messageOf, TransientError } from "../errors.ts";

export type FeedLocation = Pick<
  FeedSettings,
  "name" | "url" | "path" | "headersFile" | "timeoutMs" | "maxBytes"
>;

/** Null: nothing has changed since `confirm` was called. */
export interface FeedText {
  /** One for each file. */
  read(): Promise<readonly string[] | null>;
  /** What was read last has been taken up. */
  confirm(): void;
}

export function feedText(location: FeedLocation): FeedText {
  return location.url === null ? fromPath(location, location.path ?? "") : fromServer(location, location.url);
}

function fromPath(location: FeedLocation, path: string): FeedText {
  return {
    confirm: () => {},
    read: async () => {
      const texts: string[] = [];
      let left = location.maxBytes;
      for (const file of await filesAt(location, path)) {
        const size = (await reach(location, stat(file))).size;
        left -= size;
        if (left < 0) throw tooLarge(location);
        texts.push(await reach(location, readFile(file, "utf8")));
      }
      return texts;
    },
  };
}

async function filesAt(location: FeedLocation, path: string): Promise<readonly string[]> {
  if (!(await reach(location, stat(path))).isDirectory()) return [path];
  const entries = await reach(location, readdir(path, { withFileTypes: true }));
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith("."));
  return files.map(({ name }) => join(path, name)).sort();
}

type Validators = Readonly<Record<"if-none-match" | "if-modified-since", string | null>>;

function fromServer(location: FeedLocation, url: string): FeedText {
  let confirmed: Validators | null = null;
  let latest: Validators | null = null;
  return {
    confirm: () => {
      confirmed = latest;
    },
    read: async () => {
      const own = await headersOf(location);
      const response = await reach(
        location,
        fetch(url, {
          headers: { "user-agent": "corral", ...own, ...said(confirmed) },
          // Keys in headers of one's own must not follow to wherever a server points.
          redirect: Object.keys(own).length > 0 ? "error" : "follow",
          signal: AbortSignal.timeout(location.timeoutMs),
        }),
      );
      if (response.status === 304) return null;
      if (response.status !== 200) {
        await response.body?.cancel();
        throw unreachable(location, `the server answered ${response.status}`);
      }
      latest = {
        "if-none-match": response.headers.get("etag"),
        "if-modified-since": response.headers.get("last-modified"),
      };
      return [await reach(location, bodyOf(location, response))];
    },
  };
}

function said(validators: Validators | null): Record<string, string> {
  return Object.fromEntries(
    Object.entries(validators ?? {}).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** The size counts as it comes out of the decompression. */
async function bodyOf(location: FeedLocation, response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let left = location.maxBytes;
  for await (const chunk of response.body ?? []) {
    left -= chunk.byteLength;
    if (left < 0) throw tooLarge(location);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Lines `Name: value`: where keys stand, outside of the settings. */
async function headersOf({ name, headersFile }: FeedLocation): Promise<Record<string, string>> {
  if (headersFile === null) return {};
  const text = await readFile(headersFile, "utf8").catch((error: unknown) => {
    throw new ConfigError(`Cannot read feed ${name}: headers_file must be readable: ${messageOf(error)}`);
  });
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      if (colon < 1) {
        throw new ConfigError(
          `Cannot read feed ${name}: each line of headers_file must be "Name: value": current value is a line without a name`,
        );
      }
      return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
}

async function reach<T>(location: FeedLocation, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof TransientError) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : "";
    throw unreachable(location, messageOf(error) + cause);
  }
}

function unreachable({ name, url, path }: FeedLocation, reason: string): TransientError {
  const place = url === null ? path : new URL(url).origin;
  return new TransientError(`Cannot read feed ${name}: ${place} must answer: current value is ${reason}`);
}

function tooLarge({ name, maxBytes }: FeedLocation): TransientError {
  return new TransientError(`Cannot read feed ${name}: it must have at most ${maxBytes} bytes (max_bytes)`);
}
