import { describe, expect, it } from "vitest";
import { draftOf } from "./lines.ts";
import { read, readOne } from "./support.ts";

const stamp = "msg=audit(1700000000.123:456):";
const timestamp = 1_700_000_000_123;
const hex = (text: string) => Buffer.from(text).toString("hex").toUpperCase();
const syscall = `type=SYSCALL ${stamp} arch=c000003e syscall=59 success=yes exit=0 a0=55d1 a1=55d2 items=2 ppid=10 pid=11 auid=1000 uid=0 comm="curl" exe="/usr/bin/curl" subj=unconfined key="net"`;

describe("auditd", () => {
  it("reads a record under its own names and ours", () => {
    expect(draftOf(syscall)).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp,
      container_id: null,
      type: "process_start",
      severity: "info",
      source: "auditd",
      details: {
        type: "SYSCALL",
        audit_id: "1700000000.123:456",
        arch: "c000003e",
        syscall: "59",
        syscall_name: "execve",
        success: "yes",
        exit: "0",
        a0: "55d1",
        a1: "55d2",
        items: "2",
        ppid: "10",
        pid: 11,
        parent_pid: 10,
        auid: "1000",
        uid: "0",
        comm: "curl",
        process_name: "curl",
        exe: "/usr/bin/curl",
        binary: "/usr/bin/curl",
        subj: "unconfined",
        key: "net",
      },
      enrichment: { user: "0" },
    });
  });

  it("decodes what is hexadecimal, and only that", () => {
    const execve = draftOf(`type=EXECVE ${stamp} argc=3 a0="sh" a1="-c" a2=${hex("id; a b")}`);
    expect(execve.details).toMatchObject({
      type: "EXECVE",
      a0: "sh",
      a2: "id; a b",
      cmdline: "sh -c id; a b",
    });
    expect(draftOf(`type=PROCTITLE ${stamp} proctitle=${hex("cat\0/etc/shadow\0")}`).details).toMatchObject({
      proctitle: "cat /etc/shadow",
      cmdline: "cat /etc/shadow",
    });
    const parts = draftOf(
      `type=EXECVE ${stamp} argc=2 a0="sh" a1_len=9 a1[0]=${hex("ab")} a1[1]=${hex("cd")}`,
    );
    expect(parts.details.cmdline).toBe("sh abcd");
    expect(
      draftOf(`type=SYSCALL ${stamp} a0=AB key=${hex("k1\u0001k2")} comm=${hex("ä b")}`).details,
    ).toMatchObject({
      a0: "AB",
      key: ["k1", "k2"],
      comm: "ä b",
    });
    expect(
      draftOf(`type=PATH ${stamp} item=0 name=(null) inode=5 nametype=NORMAL`).details,
    ).not.toHaveProperty("name");
  });

  it("reads who failed to log in, and who did not", () => {
    const user = (type: string, res: string) =>
      draftOf(
        `node=web-1 type=${type} ${stamp} pid=9 uid=0 auid=4294967295 ses=4294967295 msg='op=login acct="root" exe="/usr/sbin/sshd" hostname=? addr=203.0.113.9 terminal=ssh res=${res}'\u001dUID="root" AUID="unset"`,
      );
    expect(user("USER_AUTH", "failed")).toMatchObject({
      type: "authentication_failure",
      severity: "low",
      details: {
        user: "root",
        src_ip: "203.0.113.9",
        exe: "/usr/sbin/sshd",
        res: "failed",
        op: "login",
        AUID: "unset",
      },
      enrichment: { node: "web-1" },
    });
    expect(user("USER_LOGIN", "failed").enrichment).toEqual({ node: "web-1" });
    expect(user("USER_LOGIN", "success")).toMatchObject({
      type: "ssh_login",
      enrichment: { node: "web-1", user: "root" },
    });
    expect(user("USER_ACCT", "success").type).toBe("auditd.user_acct");
    const sudo = draftOf(
      `type=USER_CMD ${stamp} pid=9 msg='cwd="/" cmd=${hex("rm -rf /x")} terminal=pts/0 res=success'`,
    );
    expect(sudo.details).toMatchObject({ cwd: "/", cmdline: "rm -rf /x" });
  });

  it("reads denials, addresses and files", () => {
    const avc = draftOf(
      `type=AVC ${stamp} avc:  denied  { read write } for  pid=5 comm="cat" name="shadow" dev="dm-0" tclass=file permissive=0`,
    );
    expect(avc).toMatchObject({
      type: "auditd.avc",
      details: { seresult: "denied", seperms: "read write", pid: 5, process_name: "cat", tclass: "file" },
    });
    const address = (saddr: string) => draftOf(`type=SOCKADDR ${stamp} saddr=${saddr}`).details;
    expect(address("020001BBCB0071090000000000000000")).toMatchObject({
      dst_ip: "203.0.113.9",
      dst_port: 443,
    });
    expect(address(`0A0001BB00000000${"20010DB8".padEnd(31, "0")}100000000`)).toMatchObject({
      dst_ip: "2001:db8::1",
    });
    expect(address("01002F746D702F7800")).not.toHaveProperty("dst_ip");
    expect(
      draftOf(`type=SOCKADDR ${stamp} saddr=02\u001dSADDR={ saddr_fam=inet laddr=203.0.113.9 lport=53 }`)
        .details,
    ).toMatchObject({ dst_ip: "203.0.113.9", dst_port: 53 });
    expect(draftOf(`type=PATH ${stamp} item=0 name="/etc/shadow" nametype=NORMAL`)).toMatchObject({
      type: "sensitive_file_access",
      details: { file: "/etc/shadow" },
    });
  });

  it("knows calls by their numbers on both machines, or by name", () => {
    const type = (rest: string) => draftOf(`type=SYSCALL ${stamp} ${rest}`).type;
    expect(type("arch=c00000b7 syscall=221 success=yes")).toBe("process_start");
    expect(type("arch=c000003e syscall=221 success=yes")).toBe("auditd.syscall");
    expect(type("arch=c000003e syscall=308 success=yes")).toBe("namespace_change");
    expect(type("arch=40000028 syscall=379 success=yes\u001dARCH=armeb SYSCALL=finit_module")).toBe(
      "kernel_module",
    );
    expect(type("arch=c000003e syscall=59 success=no")).toBe("auditd.syscall");
    expect(draftOf(`type=CONFIG_CHANGE ${stamp} op=set audit_enabled=0 old=1 res=1`).type).toBe(
      "log_tampering",
    );
  });

  it("reads what the kernel and syslog pass on, and nothing that others let through", () => {
    const rest = 'audit(1700000000.123:456): apparmor="DENIED" operation="open" name="/etc/x"';
    for (const head of [
      "audit: type=1400 ",
      "kernel: audit: type=1400 ",
      "Nov 14 22:13:20 web-1 kernel: [   12.345678] audit: type=1400 ",
    ])
      expect(draftOf(head + rest)).toMatchObject({
        type: "auditd.avc",
        details: { type: "AVC", apparmor: "DENIED" },
      });
    expect(draftOf(`Nov 14 22:13:20 web-1 audisp-syslog[7]: ${syscall}`)).toMatchObject({
      type: "process_start",
      enrichment: { node: "web-1" },
    });
    for (const line of [
      `nginx[7]: ${syscall}`,
      `GET /${syscall}`,
      `sshd[7]: Invalid user ${syscall}`,
      "type=SYSCALL msg=audit(x): a=b",
      "type=SYSCALL msg=audit(1.1:1",
    ])
      expect(draftOf(line).source).not.toBe("auditd");
  });

  it("believes the kernel's value, not the one that a program wrote behind it", () => {
    const forged = draftOf(`type=USER_AUTH ${stamp} pid=9 uid=0 msg='op=x pid=1 res=failed res=success'`);
    expect(forged).toMatchObject({ type: "authentication_failure", details: { pid: 9 } });
    expect(draftOf(`type=X ${stamp} __proto__=1 a=b`).details.a).toBe("b");
  });

  it("has an id for each record of an event, the same for each re-delivery", () => {
    const lines = [
      syscall,
      `type=PATH ${stamp} item=0 name="/a"`,
      `type=PATH ${stamp} item=1 name="/a"`,
      `node=b ${syscall}`,
    ];
    const ids = () => lines.map((line) => draftOf(line).id);
    expect(new Set(ids()).size).toBe(lines.length);
    expect(ids()).toEqual(ids());
  });
});

describe("linux_audit", () => {
  it("reads laurel's events: one a record, with the process and the arguments of their fellows", () => {
    const events = read({
      ID: "1700000000.123:456",
      NODE: "web-1",
      SYSCALL: {
        arch: "0xc000003e",
        syscall: 59,
        success: "yes",
        pid: 11,
        ppid: 10,
        comm: "curl",
        exe: "/usr/bin/curl",
        UID: "root",
        ARGV: ["0x1"],
      },
      EXECVE: { argc: 2, ARGV: ["curl", "x"] },
      PATH: [
        { item: 0, name: "/usr/bin/curl" },
        { item: 1, name: "/etc/shadow" },
      ],
      PROCTITLE: { ARGV: ["curl", "x"] },
      PARENT_INFO: { comm: "sh" },
      CONTAINER_INFO: { ID: "containerd://abc" },
    });
    expect(
      events.map(({ type, details }) => [type, details.type, details.process_name, details.cmdline]),
    ).toEqual([
      ["process_start", "SYSCALL", "curl", "curl x"],
      ["auditd.execve", "EXECVE", "curl", "curl x"],
      ["auditd.path", "PATH", "curl", "curl x"],
      ["sensitive_file_access", "PATH", "curl", "curl x"],
      ["auditd.proctitle", "PROCTITLE", "curl", "curl x"],
    ]);
    for (const event of events)
      expect(event).toMatchObject({
        source: "linux_audit",
        timestamp,
        container_id: "abc",
        enrichment: { node: "web-1" },
      });
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });

  it("bounds the records of one event, and says so", () => {
    const PATH = Array.from({ length: 300 }, (_, item) => ({ item, name: "/a" }));
    const events = read({ ID: "1700000000.123:456", SYSCALL: { pid: 1 }, PATH });
    expect(events).toHaveLength(256);
    expect(events[0]?.details.records_cut).toBe(45);
  });

  it("reads a record type that is called like what every object has", () => {
    for (const type of ["constructor", "toString", "__proto__"]) {
      const [event] = read({ sequence: 1, timestamp: "1700000000.123", messages: [{ type, data: "a0=1" }] });
      expect(event).toMatchObject({ source: "linux_audit", timestamp });
    }
  });

  it("reads go-audit's messages", () => {
    const events = read({
      sequence: 456,
      timestamp: "1700000000.123",
      messages: [
        { type: 1300, data: syscall.slice(syscall.indexOf("arch=")) },
        { type: 1309, data: 'argc=2 a0="curl" a1="x"' },
        { type: 1320, data: "" },
      ],
      uid_map: { "0": "root" },
    });
    expect(events.map(({ type, details }) => [type, details.cmdline])).toEqual([
      ["process_start", "curl x"],
      ["auditd.execve", "curl x"],
    ]);
  });

  it("reads auditbeat's events", () => {
    const event = readOne({
      "@timestamp": "2023-11-14T22:13:20.123Z",
      auditd: {
        message_type: "syscall",
        sequence: 456,
        result: "success",
        data: { syscall: "execve", arch: "x86_64", tty: "pts0" },
      },
      process: {
        executable: "/usr/bin/curl",
        name: "curl",
        pid: 11,
        parent: { pid: 10 },
        args: ["curl", "x"],
      },
      host: { name: "web-1" },
    });
    expect(event).toMatchObject({
      type: "process_start",
      timestamp,
      details: {
        type: "SYSCALL",
        exe: "/usr/bin/curl",
        cmdline: "curl x",
        pid: 11,
        parent_pid: 10,
        tty: "pts0",
      },
      enrichment: { node: "web-1" },
    });
  });
});
