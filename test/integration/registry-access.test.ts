import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { SchemaRegistry, SchemaType } from "@kafkajs/confluent-schema-registry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { codecsOf } from "../../src/app/ports.ts";
import { registryRequests } from "../../src/codec/registry-access.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { AccessRefused } from "../../src/errors.ts";
import { type CertificateAuthority, certificateAuthority } from "../services/certificates.ts";
import { confluentApi } from "../services/registry.ts";
import { describeWithServices, scope } from "../services/services.ts";

/** A door before the registry that asks for TLS and a login, as people put one there; it notes what goes through. */
describeWithServices("registry")("a registry behind TLS and a login", ({ registry }) => {
  const api = confluentApi(registry);
  const prefix = scope();
  const basic = `Basic ${Buffer.from("corral:pass:word").toString("base64")}`;
  const asked = new Set<string>();
  let authority: CertificateAuthority;
  let door: Server;
  let url: string;

  beforeAll(async () => {
    authority = await certificateAuthority();
    const { cert, key } = await authority.issue("IP:127.0.0.1");
    door = createServer({ cert: readFileSync(cert), key: readFileSync(key) }, async (request, response) => {
      if (![basic, "Bearer abc"].includes(request.headers.authorization ?? "")) {
        response.writeHead(401, { "content-type": "application/json" }).end('{"message":"who are you"}');
        return;
      }
      const body: Buffer[] = [];
      for await (const chunk of request) body.push(chunk as Buffer);
      asked.add(`${request.method} ${templateOf(request.url!)}`);
      const answer = await fetch(`${api}${request.url}`, {
        method: request.method!,
        headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
        ...(body.length === 0 ? {} : { body: Buffer.concat(body) }),
      });
      response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text());
    });
    await new Promise<void>((resolve) => door.listen(0, "127.0.0.1", resolve));
    url = `https://127.0.0.1:${(door.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    door.closeAllConnections();
    door.close();
    await authority.remove();
  });

  const open = (env: Readonly<Record<string, string>>) =>
    codecsOf(
      loadConfig({
        flags: {},
        env: {
          CORRAL_PREFIX: prefix,
          CORRAL_REGISTRY_URL: url,
          CORRAL_REGISTRY_TLS_CA: authority.ca,
          ...env,
        },
      }),
    );
  const user = { CORRAL_REGISTRY_USERNAME: "corral", CORRAL_REGISTRY_PASSWORD: "pass:word" };

  test("is asked for what the manual lists, and for nothing else", async () => {
    const codecs = await open(user);
    const others = new SchemaRegistry({ host: api });
    const fields = [
      { name: "timestamp", type: "long" },
      { name: "type", type: "string" },
    ];
    const schema = JSON.stringify({ type: "record", name: "Theirs", fields });
    const subject = `${prefix}theirs-value`;
    const { id } = await others.register({ type: SchemaType.AVRO, schema }, { subject });
    const theirs = await others.encode(id, { timestamp: 1, type: "shell" });
    expect(await codecs.event.decode(theirs)).toMatchObject({ timestamp: 1, type: "shell" });
    await codecs.check();
    expect(asked).toEqual(new Set(registryRequests.map(({ request }) => request)));
  });

  test("takes a token as well", async () => {
    expect((await open({ CORRAL_REGISTRY_TOKEN: "abc" })).registry).toBe("avro");
  });

  test("does not let in a stranger, nor one who does not know its certificate", async () => {
    const wrong = { ...user, CORRAL_REGISTRY_PASSWORD: "geheim" };
    for (const env of [wrong, {}, { ...user, CORRAL_REGISTRY_TLS_CA: "" }]) {
      const error = await open(env).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(AccessRefused);
      expect(String(error)).not.toContain("geheim");
    }
  });
});

function templateOf(path: string): string {
  return path.replace(/^\/config\/[^/]+|^\/subjects\/[^/]+|^\/schemas\/ids\/[^/]+/, (found) => {
    const kind = found.split("/").slice(1, -1).join("/");
    return `/${kind}/${kind === "schemas/ids" ? "<id>" : "<subject>"}`;
  });
}
