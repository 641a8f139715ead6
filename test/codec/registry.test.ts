import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { openRegistry } from "../../src/codec/registry.ts";
import { ConfigError, InvalidMessage, TransientError } from "../../src/errors.ts";
import { subjects } from "./subjects.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A registry that says what it is told to. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answer = (status: number, body: object) =>
  serve((_, response) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body)),
  );

const fetchFrom = async (url: string) => openRegistry(url).fetch(1);

describe("the schema registry", () => {
  it("gives a schema", async () => {
    const url = await answer(200, { schema: JSON.stringify({ type: "record", name: "R", fields: [] }) });
    expect((await fetchFrom(url)).name).toBe("R");
  });

  it("is poison when it does not know the id, or what it gives is no Avro", async () => {
    await expect(fetchFrom(await answer(404, { error_code: 40403 }))).rejects.toMatchObject({
      reason: "unknown-schema",
    });
    for (const body of [
      { schema: "{" },
      { schema: '{"type":"nonsense"}' },
      { schemaType: "JSON", schema: "{}" },
    ]) {
      const fetched = fetchFrom(await answer(200, body));
      await expect(fetched).rejects.toBeInstanceOf(InvalidMessage);
      await expect(fetched).rejects.toMatchObject({ reason: "bad-schema" });
    }
  });

  it("is an outage when it cannot be reached, fails, is busy, cuts off or forbids", async () => {
    for (const status of [500, 502, 503, 429, 408, 401, 403]) {
      await expect(fetchFrom(await answer(status, {}))).rejects.toBeInstanceOf(TransientError);
    }
    await expect(fetchFrom("http://127.0.0.1:1")).rejects.toBeInstanceOf(TransientError);
    await expect(fetchFrom(await serve((_, response) => response.destroy()))).rejects.toBeInstanceOf(
      TransientError,
    );
  });

  it("is an outage when it does not answer in time", async () => {
    await expect(openRegistry(await serve(() => {}), { timeoutMs: 200 }).fetch(1)).rejects.toBeInstanceOf(
      TransientError,
    );
  });

  it("stops a start when it refuses, and asks for another try when it is away", async () => {
    const registryUrl = await answer(409, { message: "incompatible" });
    await expect(openCodecs({ registryUrl, subjects })).rejects.toBeInstanceOf(ConfigError);
    await expect(openCodecs({ registryUrl: "http://127.0.0.1:1", subjects })).rejects.toBeInstanceOf(
      TransientError,
    );
  });
});
