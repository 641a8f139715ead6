/** The settings of TLS to one service. Files are read at start, so new ones take a restart. */
import { setting } from "./setting.ts";
import { optionalText } from "./setting-types.ts";

export function tlsSettings(service: string) {
  return {
    ca: setting(
      optionalText(),
      null,
      `PEM file with the certificates of who may vouch for ${service}; unset: those that Node.js trusts.`,
    ),
    cert: setting(
      optionalText(),
      null,
      `PEM file with our own certificate, where ${service} asks for one, and those it was issued with.`,
    ),
    key: setting(optionalText(), null, "PEM file with the private key of that certificate."),
    keyPassword: setting(optionalText(), null, "Password of the private key, where it is encrypted.", {
      secret: true,
      noFlag: true,
    }),
    serverName: setting(
      optionalText(),
      null,
      `Name that the certificate of ${service} must carry; unset: that of the host.`,
    ),
  } as const;
}
