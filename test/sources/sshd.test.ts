import { describe, expect, it } from "vitest";
import { draftOf, draftsOf } from "./lines.ts";
import { readOne } from "./support.ts";

const time = Date.UTC(2026, 0, 5, 10);
const said = (message: string) => draftOf(`sshd[123]: ${message}`, { time });

describe("sshd", () => {
  it("reads a failed password, with a head", () => {
    const line =
      "<38>Jan  5 09:59:58 node-1 sshd[123]: Failed password for invalid user bob from 203.0.113.9 port 4711 ssh2";
    expect(draftOf(line, { time, container_id: "c1" })).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: Date.UTC(2026, 0, 5, 9, 59, 58),
      container_id: "c1",
      type: "authentication_failure",
      severity: "low",
      source: "sshd",
      details: {
        process_name: "sshd",
        pid: 123,
        user: "bob",
        invalid_user: true,
        method: "password",
        src_ip: "203.0.113.9",
        src_port: 4711,
        message: "Failed password for invalid user bob from 203.0.113.9 port 4711 ssh2",
      },
      enrichment: { node: "node-1" },
    });
  });

  const from = { src_ip: "203.0.113.9", src_port: 4711 };
  const place = "203.0.113.9 port 4711";
  it.each<[string, string, object]>([
    [
      `Accepted publickey for root from ${place} ssh2: ED25519 SHA256:abc`,
      "ssh_login",
      { user: "root", method: "publickey", public_key: "ED25519 SHA256:abc", ...from },
    ],
    [`Failed none for root from ${place} ssh2`, "sshd.probe", { user: "root", ...from }],
    [
      `Failed keyboard-interactive/pam for root from 2001:db8::1 port 1 ssh2`,
      "authentication_failure",
      { user: "root", src_ip: "2001:db8::1", src_port: 1 },
    ],
    [
      `error: maximum authentication attempts exceeded for invalid user bob from ${place} ssh2 [preauth]`,
      "authentication_failure",
      { user: "bob", invalid_user: true, preauth: true, ...from },
    ],
    [
      `error: PAM: Authentication failure for illegal user bob from 203.0.113.9`,
      "authentication_failure",
      { user: "bob", invalid_user: true, src_ip: "203.0.113.9" },
    ],
    [
      `Connection closed by authenticating user root ${place} [preauth]`,
      "authentication_failure",
      { user: "root", preauth: true, ...from },
    ],
    [
      `Connection reset by invalid user a b ${place} [preauth]`,
      "authentication_failure",
      { user: "a b", invalid_user: true, ...from },
    ],
    [
      `Disconnecting authenticating user root ${place}: Too many authentication failures [preauth]`,
      "authentication_failure",
      { user: "root", ...from },
    ],
    [
      `User bob from ${from.src_ip} not allowed because not listed in AllowUsers`,
      "authentication_failure",
      { user: "bob", invalid_user: true, src_ip: from.src_ip },
    ],
    [`Invalid user  from ${place}`, "sshd.invalid_user", { invalid_user: true, ...from }],
    [`Connection closed by ${place} [preauth]`, "sshd.disconnect", { preauth: true, ...from }],
    [`Disconnected from user bob ${place}`, "sshd.disconnect", { user: "bob", ...from }],
    [`Received disconnect from ${place}:11: Bye Bye [preauth]`, "sshd.disconnect", from],
    [`Bad protocol version identification 'GET / HTTP/1.1' from ${place}`, "sshd.bad_identification", from],
    [
      `Unable to negotiate with ${place}: no matching key exchange method found. Their offer: x [preauth]`,
      "sshd.no_agreement",
      from,
    ],
    [`Did not receive identification string from ${place}`, "sshd.no_identification", from],
    [
      `Accepted password for bob from gate.example.com port 4711 ssh2`,
      "ssh_login",
      { src_host: "gate.example.com", src_port: 4711 },
    ],
    [
      "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=203.0.113.9  user=root",
      "sshd.pam_failure",
      { user: "root", src_ip: "203.0.113.9" },
    ],
    [
      "pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
      "sshd.session_opened",
      { user: "bob" },
    ],
    ["Something new", "sshd.other", { message: "Something new" }],
  ])("%s", (message, type, details) => {
    const draft = said(message);
    expect([draft.type, draft.details]).toEqual([type, expect.objectContaining(details)]);
  });

  it("knows who is there only after a login", () => {
    expect(said("Accepted password for bob from 203.0.113.9 port 1 ssh2").enrichment).toEqual({
      user: "bob",
    });
    expect(said("Failed password for bob from 203.0.113.9 port 1 ssh2").enrichment).toEqual({});
  });

  it("is not led astray by a name that looks like an address", () => {
    const forged = said(
      "Failed password for invalid user root from 192.0.2.1 port 22 ssh2 from 203.0.113.9 port 4711 ssh2",
    );
    expect(forged.details).toMatchObject({
      user: "root from 192.0.2.1 port 22 ssh2",
      src_ip: "203.0.113.9",
      src_ambiguous: true,
    });
    const closed = said(
      "Connection closed by invalid user x 192.0.2.1 port 22 203.0.113.9 port 4711 [preauth]",
    );
    expect(closed.details).toMatchObject({ user: "x 192.0.2.1 port 22", src_ip: "203.0.113.9" });
    expect(said("Failed password for a for b from 203.0.113.9 port 1 ssh2").details.user).toBe("a for b");
  });

  it("reads what containers log, without any head, only where it is telling", () => {
    const bare = "Failed password for root from 203.0.113.9 port 4711 ssh2";
    expect(draftOf(bare, { time })).toMatchObject({ source: "sshd", timestamp: time });
    for (const text of [
      "Connection closed by 203.0.113.9 port 4711",
      "Failed to start",
      "User bob from x not allowed because y",
      "nginx[1]: Failed password for root from 203.0.113.9 port 1 ssh2",
    ])
      expect(draftOf(text, { time }).source).toBe("unmapped");
    expect(draftOf(`sshd-session[9]: ${bare}`, { time }).details.process_name).toBe("sshd-session");
  });

  it("unfolds repeated messages, with an end", () => {
    const repeated = (times: number) =>
      draftsOf(
        `sshd[1]: message repeated ${times} times: [ Failed password for root from 203.0.113.9 port 1 ssh2]`,
        { time },
      );
    expect(repeated(3).map(({ type }) => type)).toEqual(Array(3).fill("authentication_failure"));
    expect(new Set(repeated(3).map(({ id }) => id)).size).toBe(3);
    expect(repeated(9999)).toHaveLength(32);
    expect(repeated(3)).toEqual(repeated(3));
  });

  it("has an id of the line and of what is around it", () => {
    const line = "sshd[1]: Failed password for root from 203.0.113.9 port 1 ssh2";
    const { id } = draftOf(line, { time });
    expect(draftOf(line, { time }).id).toBe(id);
    expect(draftOf(line, { time: time + 1 }).id).not.toBe(id);
    expect(draftOf(line, { time, container_id: "c" }).id).not.toBe(id);
    expect(draftOf(line, { time, enrichment: { node: "n" } }).id).not.toBe(id);
  });

  it("takes the broker's time where no other is known", () => {
    const origin = { topic: "t", partition: 0, offset: 0, broker_time: time };
    expect(readOne(JSON.stringify("sshd[1]: Invalid user x from 203.0.113.9 port 1"), origin)).toMatchObject({
      timestamp: time,
      enrichment: { clock_replaced: true },
    });
  });
});
