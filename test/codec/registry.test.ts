import { readFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { openCodecs } from "../../src/codec/open-codecs.ts";
import { openRegistry } from "../../src/codec/registry.ts";
import type { RegistryAccess } from "../../src/codec/registry-access.ts";
import { AccessRefused, ConfigError, InvalidMessage, TransientError } from "../../src/errors.ts";
import { type CertificateAuthority, certificateAuthority } from "../services/certificates.ts";
import { subjects } from "./subjects.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A registry that says what it is told to. */
async function serve(listener: RequestListener, server = createServer(listener)): Promise<string> {
  server.listen(0, "127.0.0.1");
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

const nobody: RegistryAccess = { username: null, password: null, token: null, tls: {} };
const schema = JSON.stringify({ schema: JSON.stringify({ type: "record", name: "R", fields: [] }) });

describe("the login to the registry", () => {
  /** A registry that knows who may read. */
  const guarded = (authorization: string) =>
    serve((request, response) => {
      const known = request.headers.authorization === authorization;
      const body = known ? schema : JSON.stringify({ message: "who are you" });
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" }).end(body);
    });
  const basic = `Basic ${Buffer.from("corral:pass:word").toString("base64")}`;

  it("is a user and a password, or a token", async () => {
    const user = { ...nobody, username: "corral", password: "pass:word" };
    expect((await openRegistry(await guarded(basic), { access: user }).fetch(1)).name).toBe("R");
    const token = { ...nobody, token: "abc" };
    expect((await openRegistry(await guarded("Bearer abc"), { access: token }).fetch(1)).name).toBe("R");
  });

  it("may stand in the URL, where nothing else is said", async () => {
    const url = (await guarded(basic)).replace("//", "//corral:pass%3Aword@");
    expect((await fetchFrom(url)).name).toBe("R");
    const other = { ...nobody, username: "other", password: "x" };
    await expect(openRegistry(url, { access: other }).fetch(1)).rejects.toBeInstanceOf(AccessRefused);
  });

  it("is told apart from an outage when it is refused, and never shown", async () => {
    const url = (await guarded("Basic no")).replace("//", "//corral:geheim@");
    const refused = [
      await fetchFrom(url).catch((error: unknown) => error),
      await openCodecs({ registryUrl: url, subjects }).catch((error: unknown) => error),
    ];
    for (const error of refused) {
      expect(error).toBeInstanceOf(AccessRefused);
      expect(String(error)).toMatch(/at http:\/\/127\.0\.0\.1:\d+: it must accept the login .*who are you/);
      expect(String(error)).not.toContain("geheim");
    }
    const away = await fetchFrom("http://corral:geheim@127.0.0.1:1").catch((error: unknown) => error);
    expect(away).toBeInstanceOf(TransientError);
    expect(String(away)).not.toContain("geheim");
  });

  it("may lack a right", async () => {
    const registryUrl = await answer(403, { message: "not yours" });
    const refused = openCodecs({ registryUrl, subjects });
    await expect(refused).rejects.toBeInstanceOf(AccessRefused);
    await expect(refused).rejects.toThrow(/must allow what docs\/security\.md lists: .*not yours/);
  });
});

describe("TLS to the registry", () => {
  let authority: CertificateAuthority;
  let url: string;
  beforeAll(async () => {
    authority = await certificateAuthority();
  });
  afterAll(() => authority.remove());

  const open = async (tls: RegistryAccess["tls"]) => {
    const { cert, key } = await authority.issue("IP:127.0.0.1");
    const files = { cert: readFileSync(cert), key: readFileSync(key) };
    const listener: RequestListener = (_, response) =>
      response.writeHead(200, { "content-type": "application/json" }).end(schema);
    url = (await serve(listener, createTlsServer(files, listener))).replace("http:", "https:");
    return openRegistry(url, { access: { ...nobody, tls } });
  };

  it("trusts who is named, and nobody else", async () => {
    const ca = readFileSync(authority.ca, "utf8");
    expect((await (await open({ ca })).fetch(1)).name).toBe("R");
    for (const tls of [{}, { ca, servername: "registry.example" }]) {
      const refused = (await open(tls)).fetch(1);
      await expect(refused).rejects.toBeInstanceOf(AccessRefused);
      await expect(refused).rejects.toThrow(
        /must be vouched for \(registry\.tls\.ca, registry\.tls\.server_name\)/,
      );
    }
  });
});
