import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTool } from "./artifacts.ts";

/** Paths of PEM files. Keys are PKCS #8 without a password. */
export interface IssuedCertificate {
  readonly cert: string;
  readonly key: string;
}

/** One who vouches for others, in a temporary folder. */
export interface CertificateAuthority {
  readonly folder: string;
  readonly ca: string;
  /** A certificate for a host name or `IP:127.0.0.1`, for servers and clients alike. */
  issue(name: string, subject?: string): Promise<IssuedCertificate>;
  /** Removes the folder. */
  remove(): Promise<void>;
}

const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];

/** Needs OpenSSL 3 on the machine. */
export async function certificateAuthority(name = "Corral test"): Promise<CertificateAuthority> {
  const folder = await mkdtemp(join(tmpdir(), "corral-certificates-"));
  const file = (base: string) => join(folder, base);
  const [ca, caKey] = [file("ca.pem"), file("ca.key")];
  await request(["-subj", `/CN=${name}`, "-keyout", caKey, "-out", ca]);
  let issued = 0;
  return {
    folder,
    ca,
    issue: async (host, subject = "corral") => {
      issued += 1;
      const [cert, key] = [file(`${issued}.pem`), file(`${issued}.key`)];
      const alternative = host.startsWith("IP:") ? host : `DNS:${host}`;
      await request([
        ...["-CA", ca, "-CAkey", caKey, "-subj", `/CN=${subject}`, "-keyout", key, "-out", cert],
        ...["-addext", `subjectAltName=${alternative}`, "-addext", "basicConstraints=critical,CA:FALSE"],
      ]);
      return { cert, key };
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function request(args: readonly string[]): Promise<void> {
  return runTool("openssl", ["req", "-x509", ...newKey, ...args]);
}
