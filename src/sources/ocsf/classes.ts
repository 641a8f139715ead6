/** Classes and activities of OCSF 1.x that tell of containers (schema.ocsf.io), in the words that mappings use. */

interface OcsfClass {
  readonly name: string;
  /** By `activity_id`, from 1. */
  readonly activities: readonly string[];
}

const crud = ["create", "read", "update", "delete"];

const classes: Readonly<Record<number, OcsfClass>> = {
  1001: {
    name: "file_activity",
    activities: [
      ...crud,
      "rename",
      "set_attributes",
      "set_security",
      "get_attributes",
      "get_security",
      "encrypt",
      "decrypt",
      "mount",
      "unmount",
      "open",
    ],
  },
  1002: { name: "kernel_extension_activity", activities: ["load", "unload"] },
  1003: { name: "kernel_activity", activities: ["create", "read", "delete", "invoke"] },
  1004: {
    name: "memory_activity",
    activities: [
      "allocate_page",
      "modify_page",
      "delete_page",
      "buffer_overflow",
      "disable_dep",
      "enable_dep",
      "read",
      "write",
      "map_view",
    ],
  },
  1005: { name: "module_activity", activities: ["load", "unload", "invoke"] },
  1006: {
    name: "scheduled_job_activity",
    activities: ["create", "update", "delete", "enable", "disable", "start"],
  },
  1007: { name: "process_activity", activities: ["launch", "terminate", "open", "inject", "set_user_id"] },
  2001: { name: "security_finding", activities: ["create", "update", "close"] },
  2004: { name: "detection_finding", activities: ["create", "update", "close"] },
  3001: {
    name: "account_change",
    activities: [
      "create",
      "enable",
      "password_change",
      "password_reset",
      "disable",
      "delete",
      "attach_policy",
      "detach_policy",
      "lock",
      "mfa_factor_enable",
      "mfa_factor_disable",
      "unlock",
    ],
  },
  3002: {
    name: "authentication",
    activities: [
      "logon",
      "logoff",
      "authentication_ticket",
      "service_ticket_request",
      "service_ticket_renew",
      "preauth",
    ],
  },
  3003: { name: "authorize_session", activities: ["assign_privileges", "assign_groups"] },
  3005: { name: "user_access", activities: ["assign_privileges", "revoke_privileges"] },
  4001: {
    name: "network_activity",
    activities: ["open", "close", "reset", "fail", "refuse", "traffic", "listen"],
  },
  4002: {
    name: "http_activity",
    activities: ["connect", "delete", "get", "head", "options", "post", "put", "trace", "patch"],
  },
  4003: { name: "dns_activity", activities: ["query", "response", "", "", "", "traffic"] },
  4007: {
    name: "ssh_activity",
    activities: ["open", "close", "reset", "fail", "refuse", "traffic", "listen"],
  },
  6003: { name: "api_activity", activities: crud },
};

export function className(uid: number): string | null {
  return Object.hasOwn(classes, uid) ? (classes[uid]?.name ?? null) : null;
}

/** `unknown` for 0, `other` for 99 and what the class does not know. */
export function activityName(uid: number, activity: number): string {
  if (activity === 0) return "unknown";
  const activities = Object.hasOwn(classes, uid) ? classes[uid]?.activities : undefined;
  return activities?.[activity - 1] || "other";
}
