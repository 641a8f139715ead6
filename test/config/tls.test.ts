import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { readTls } from "../../src/config/read-tls.ts";
import { showConfig } from "../../src/config/show-config.ts";
import { ConfigError } from "../../src/errors.ts";
import { runTool } from "../services/artifacts.ts";
import {
  type CertificateAuthority,
  certificateAuthority,
  type IssuedCertificate,
} from "../services/certificates.ts";

let authority: CertificateAuthority;
let own: IssuedCertificate;
let other: IssuedCertificate;
let encrypted: string;

beforeAll(async () => {
  authority = await certificateAuthority();
  [own, other] = [await authority.issue("a"), await authority.issue("b")];
  encrypted = join(authority.folder, "encrypted.key");
  await runTool("openssl", ["pkcs8", "-topk8", "-in", own.key, "-out", encrypted, "-passout", "pass:geheim"]);
});
afterAll(() => authority.remove());

function written(name: string, text: string): string {
  const file = join(authority.folder, name);
  writeFileSync(file, text);
  return file;
}

const load = (env: Readonly<Record<string, string>>) => loadConfig({ flags: {}, env });

/** The lines of the ConfigError. */
function faults(env: Readonly<Record<string, string>>): string[] {
  try {
    load(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message.split("\n").sort();
  }
  return [];
}

const encryptedKafka = () => ({
  CORRAL_KAFKA_TLS_ENABLED: "true",
  CORRAL_KAFKA_TLS_CERT: own.cert,
  CORRAL_KAFKA_TLS_KEY: encrypted,
});

describe("TLS", () => {
  it("is off for Kafka, and follows the URL for the others, until it is asked for", () => {
    const { kafka, redis } = load({});
    expect(kafka.tls).toMatchObject({ enabled: false, ca: null, cert: null, key: null, serverName: null });
    expect(readTls(redis.tls)).toEqual({});
  });

  it("takes the files of certificates and the key as they are needed by a handshake", () => {
    const { tls } = load({
      ...encryptedKafka(),
      CORRAL_KAFKA_TLS_CA: written("two.pem", "a comment\n".concat(...pem(authority.ca), ...pem(own.cert))),
      CORRAL_KAFKA_TLS_KEY_PASSWORD: "geheim",
      CORRAL_KAFKA_TLS_SERVER_NAME: "kafka.example",
    }).kafka;
    const options = readTls(tls);
    expect(options.ca).toHaveLength(2);
    expect(options).toMatchObject({ passphrase: "geheim", servername: "kafka.example" });
    expect(options.cert).toContain("BEGIN CERTIFICATE");
    expect(options.key).toContain("BEGIN ENCRYPTED PRIVATE KEY");
  });

  it("tells all that is wrong with the files at once, with the setting and the file", () => {
    const missing = join(authority.folder, "none.pem");
    const text = written("text.pem", "no certificate");
    const broken = written("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    expect(
      faults({
        CORRAL_KAFKA_TLS_ENABLED: "true",
        CORRAL_KAFKA_TLS_CA: missing,
        CORRAL_KAFKA_TLS_CERT: own.cert,
        CORRAL_KAFKA_TLS_KEY: other.key,
        CORRAL_REDIS_URL: "rediss://redis",
        CORRAL_REDIS_TLS_CA: text,
        CORRAL_REDIS_TLS_KEY: own.key,
        CORRAL_REGISTRY_URL: "https://registry",
        CORRAL_REGISTRY_TLS_CA: broken,
        CORRAL_REGISTRY_TLS_CERT: own.cert,
      }),
    ).toEqual([
      expect.stringMatching(
        /^Cannot use kafka\.tls\.ca from environment CORRAL_KAFKA_TLS_CA: the file must be readable \(ENOENT.*: current value is .*none\.pem$/,
      ),
      `Cannot use kafka.tls.key from environment CORRAL_KAFKA_TLS_KEY: the key must belong to the certificate in ${own.cert}: current value is that of another one in ${other.key}`,
      `Cannot use redis.tls.ca from environment CORRAL_REDIS_TLS_CA: the file must hold certificates in PEM: current value is ${text}`,
      "Cannot use redis.tls.key from environment CORRAL_REDIS_TLS_KEY: cert must be set as well",
      expect.stringMatching(/registry\.tls\.ca .*must hold certificates in PEM \(.*\): current value is /),
      "Cannot use registry.tls.cert from environment CORRAL_REGISTRY_TLS_CERT: key must be set as well",
    ]);
  });

  it("does not take a key that is none, is locked, or does not open", () => {
    const [line] = faults(encryptedKafka());
    expect(line).toMatch(/kafka\.tls\.key .*must come with its password.*\(key_password\): current value is/);
    const wrong = faults({ ...encryptedKafka(), CORRAL_KAFKA_TLS_KEY_PASSWORD: "nonsense" });
    expect(wrong).toEqual([expect.stringMatching(/kafka\.tls\.key .*key_password must open the key/)]);
    expect(wrong.join()).not.toContain("nonsense");
    const none = faults({ ...encryptedKafka(), CORRAL_KAFKA_TLS_KEY: own.cert });
    expect(none).toEqual([expect.stringMatching(/kafka\.tls\.key .*must hold a private key in PEM/)]);
  });

  it("is not left out silently where its settings are there but nothing switches it on", () => {
    expect(faults({ CORRAL_KAFKA_TLS_CA: authority.ca })).toEqual([
      "Cannot use kafka.tls.ca from environment CORRAL_KAFKA_TLS_CA: kafka.tls.enabled must be true",
    ]);
    expect(faults({ CORRAL_REDIS_TLS_SERVER_NAME: "redis", CORRAL_REGISTRY_TLS_CA: authority.ca })).toEqual([
      "Cannot use redis.tls.server_name from environment CORRAL_REDIS_TLS_SERVER_NAME: redis.url must begin with rediss://",
      "Cannot use registry.tls.ca from environment CORRAL_REGISTRY_TLS_CA: registry.url must begin with https://",
    ]);
  });
});

describe("a login", () => {
  it("comes with name and password, or not at all", () => {
    expect(
      faults({
        CORRAL_KAFKA_SASL_USERNAME: "corral",
        CORRAL_REDIS_USERNAME: "corral",
        CORRAL_REGISTRY_PASSWORD: "geheim",
      }),
    ).toEqual([
      "Cannot use kafka.sasl.username from environment CORRAL_KAFKA_SASL_USERNAME: kafka.sasl.password must be set as well",
      "Cannot use redis.username from environment CORRAL_REDIS_USERNAME: redis.password must be set as well",
      "Cannot use registry.password from environment CORRAL_REGISTRY_PASSWORD: registry.username must be set as well",
    ]);
    expect(faults({ CORRAL_REDIS_USERNAME: "corral", CORRAL_REDIS_URL: "redis://:pw@redis" })).toEqual([]);
    expect(faults({ CORRAL_REDIS_PASSWORD: "geheim" })).toEqual([]);
  });

  it("of the registry is a user or a token", () => {
    expect(
      faults({
        CORRAL_REGISTRY_USERNAME: "corral",
        CORRAL_REGISTRY_PASSWORD: "geheim",
        CORRAL_REGISTRY_TOKEN: "geheim",
      }),
    ).toEqual([
      "Cannot use registry.token from environment CORRAL_REGISTRY_TOKEN: registry.username must not be set as well",
    ]);
  });

  it("reads passwords from files and YAML, never from the command line", () => {
    const secret = written("password", "pass:word\n");
    const file = written("corral.yaml", "kafka: {sasl: {username: corral, mechanism: PLAIN}}\n");
    const env = { CORRAL_KAFKA_SASL_PASSWORD_FILE: secret };
    const { sasl } = loadConfig({ flags: { "kafka-sasl-password": "other" }, env, file }).kafka;
    expect(sasl).toEqual({ mechanism: "PLAIN", username: "corral", password: "pass:word" });
  });

  it.each(["", "two\nlines"])("does not take the password %j", (text) => {
    const env = {
      CORRAL_KAFKA_SASL_USERNAME: "corral",
      CORRAL_KAFKA_SASL_PASSWORD_FILE: written("bad-password", text),
    };
    const lines = faults(env);
    expect(lines).toEqual([
      expect.stringMatching(
        /kafka\.sasl\.password from file .*must be text in one line: current value is \*\*\*/,
      ),
    ]);
    expect(lines.join()).not.toContain("two");
  });

  it("is shown without any part of its secrets, whatever they look like", () => {
    const env = {
      CORRAL_KAFKA_SASL_USERNAME: "corral",
      CORRAL_KAFKA_SASL_PASSWORD: "geheim:1",
      CORRAL_REDIS_PASSWORD: "https://geheim/2",
      CORRAL_REGISTRY_URL: "https://geheim3@registry",
      CORRAL_REGISTRY_TOKEN: "geheim4",
      ...encryptedKafka(),
    };
    const rows = showConfig({ flags: {}, env: { ...env, CORRAL_KAFKA_TLS_KEY_PASSWORD: "geheim" } });
    const shown = Object.fromEntries(rows.map(({ path, value }) => [path, value]));
    expect(shown).toMatchObject({
      "kafka.sasl.username": "corral",
      "kafka.sasl.password": "***",
      "kafka.tls.key_password": "***",
      "redis.password": "***",
      "registry.url": "https://***@registry/",
      "registry.token": "***",
    });
    expect(JSON.stringify(rows)).not.toContain("geheim");
    expect(faults({ CORRAL_REDIS_URL: "pass:word" }).join()).not.toContain("word");
  });
});

function pem(file: string): readonly string[] {
  return readTls({ ca: file, cert: null, key: null, keyPassword: null, serverName: null }).ca!;
}
