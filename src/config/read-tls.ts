/**
 * The files that settings of TLS name, read and looked through before anything is connected: a handshake that fails says
 * little, and says it late. The server's certificate is always checked; there is no setting that would leave it out.
 */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { ConfigError, messageOf } from "../errors.ts";

export interface TlsFiles {
  readonly ca: string | null;
  readonly cert: string | null;
  readonly key: string | null;
  readonly keyPassword: string | null;
  readonly serverName: string | null;
}

/** What `tls.connect` takes; what is not set is not there. */
export interface TlsOptions {
  readonly ca?: string[];
  readonly cert?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly servername?: string;
}

/** One fault: the setting's own name, what must hold, and what was found. */
export interface TlsFault {
  readonly name: keyof TlsFiles;
  readonly must: string;
  readonly current: string | undefined;
}

/** Throws ConfigError with a line for every fault. */
export function readTls(files: TlsFiles): TlsOptions {
  const { options, faults } = lookThrough(files);
  if (faults.length === 0) return options;
  const lines = faults.map(({ name, must, current }) => `Cannot use TLS: ${name}: ${must}: ${current}`);
  throw new ConfigError(lines.join("\n"));
}

export function lookThrough(files: TlsFiles): {
  readonly options: TlsOptions;
  readonly faults: readonly TlsFault[];
} {
  const faults: TlsFault[] = [];
  const ca = take("ca", certificatesOf);
  const cert = take("cert", certificatesOf);
  const key = take("key", (text) => privateKeyOf(text, files.keyPassword));
  if (files.cert !== null && files.key === null) faults.push(lonely("cert", "key"));
  if (files.key !== null && files.cert === null) faults.push(lonely("key", "cert"));
  if (files.keyPassword !== null && files.key === null) faults.push(lonely("keyPassword", "key"));
  if (cert !== null && key !== null && !new X509Certificate(cert.found[0]!).checkPrivateKey(key.found)) {
    const must = `the key must belong to the certificate in ${files.cert}`;
    faults.push({ name: "key", must, current: `that of another one in ${files.key}` });
  }
  const options: TlsOptions = {
    ...(ca === null ? {} : { ca: [...ca.found] }),
    ...(cert === null ? {} : { cert: cert.text }),
    ...(key === null ? {} : { key: key.text }),
    ...(files.keyPassword === null ? {} : { passphrase: files.keyPassword }),
    ...(files.serverName === null ? {} : { servername: files.serverName }),
  };
  return { options, faults };

  function take<T>(
    name: "ca" | "cert" | "key",
    parse: (text: string) => T,
  ): { readonly text: string; readonly found: T } | null {
    const file = files[name];
    if (file === null) return null;
    try {
      const text = readFileSync(file, "utf8");
      return { text, found: parse(text) };
    } catch (error) {
      const must =
        error instanceof NotPem ? error.message : `the file must be readable (${messageOf(error)})`;
      faults.push({ name, must, current: file });
      return null;
    }
  }
}

/** What lies in the file is not what should. */
class NotPem extends Error {}

const certificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function certificatesOf(text: string): readonly string[] {
  const found = text.match(certificate) ?? [];
  if (found.length === 0) throw new NotPem("the file must hold certificates in PEM");
  for (const each of found) {
    try {
      new X509Certificate(each);
    } catch (error) {
      throw new NotPem(`the file must hold certificates in PEM (${messageOf(error)})`);
    }
  }
  return found;
}

function privateKeyOf(text: string, password: string | null): KeyObject {
  const isEncrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text);
  if (isEncrypted && password === null) {
    throw new NotPem("the key must come with its password, since it is encrypted (key_password)");
  }
  try {
    return createPrivateKey({ key: text, ...(password === null ? {} : { passphrase: password }) });
  } catch (error) {
    throw new NotPem(
      isEncrypted
        ? `key_password must open the key (${messageOf(error)})`
        : `the file must hold a private key in PEM (${messageOf(error)})`,
    );
  }
}

function lonely(name: keyof TlsFiles, other: "cert" | "key"): TlsFault {
  return { name, must: `${other} must be set as well`, current: undefined };
}
