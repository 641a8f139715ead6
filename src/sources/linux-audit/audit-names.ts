/**
 * Names for numbers of the Linux audit system, as far as detections ask for them: record types (linux/audit.h and
 * audit-userspace's audit-records.h) and system calls of x86-64 and arm64 (the kernel's syscall tables).
 */
type Names = Readonly<Record<string, string>>;

export const recordTypes: Names = {
  "1100": "USER_AUTH",
  "1101": "USER_ACCT",
  "1103": "CRED_ACQ",
  "1104": "CRED_DISP",
  "1105": "USER_START",
  "1106": "USER_END",
  "1108": "USER_CHAUTHTOK",
  "1109": "USER_ERR",
  "1112": "USER_LOGIN",
  "1113": "USER_LOGOUT",
  "1114": "ADD_USER",
  "1116": "ADD_GROUP",
  "1123": "USER_CMD",
  "1130": "SERVICE_START",
  "1131": "SERVICE_STOP",
  "1300": "SYSCALL",
  "1302": "PATH",
  "1305": "CONFIG_CHANGE",
  "1306": "SOCKADDR",
  "1307": "CWD",
  "1309": "EXECVE",
  "1319": "TTY",
  "1320": "EOE",
  "1321": "BPRM_FCAPS",
  "1322": "CAPSET",
  "1325": "NETFILTER_CFG",
  "1326": "SECCOMP",
  "1327": "PROCTITLE",
  "1330": "KERN_MODULE",
  "1334": "BPF",
  "1400": "AVC",
  "1700": "ANOM_PROMISCUOUS",
  "1701": "ANOM_ABEND",
};

const calls: Readonly<Record<string, Names>> = {
  c000003e: {
    "2": "open",
    "42": "connect",
    "59": "execve",
    "90": "chmod",
    "101": "ptrace",
    "105": "setuid",
    "113": "setreuid",
    "117": "setresuid",
    "126": "capset",
    "155": "pivot_root",
    "165": "mount",
    "175": "init_module",
    "176": "delete_module",
    "257": "openat",
    "272": "unshare",
    "308": "setns",
    "313": "finit_module",
    "319": "memfd_create",
    "321": "bpf",
    "322": "execveat",
  },
  c00000b7: {
    "40": "mount",
    "41": "pivot_root",
    "56": "openat",
    "91": "capset",
    "97": "unshare",
    "105": "init_module",
    "106": "delete_module",
    "117": "ptrace",
    "145": "setreuid",
    "146": "setuid",
    "147": "setresuid",
    "203": "connect",
    "221": "execve",
    "268": "setns",
    "273": "finit_module",
    "279": "memfd_create",
    "280": "bpf",
    "281": "execveat",
  },
};

/** `arch` as auditd (`c000003e`) or laurel (`0xc000003e`) writes it. Null: not in the table. */
export function syscallName(arch: string, number: string): string | null {
  const machine = arch.replace(/^0x/, "").toLowerCase();
  const names = Object.hasOwn(calls, machine) ? calls[machine] : undefined;
  return names !== undefined && Object.hasOwn(names, number) ? names[number]! : null;
}
