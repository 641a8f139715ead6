/** Lines of the Linux audit daemon (audit.log, its dispatcher, the kernel's own), as shippers send them inside of JSON. */
import { auditEvents } from "./linux-audit/audit-events.ts";
import { auditFields, auditHead } from "./linux-audit/audit-record.ts";
import type { TypeTable } from "./mapping/type-table.ts";
import type { LineSource } from "./source.ts";

export function auditd(types: TypeTable): LineSource {
  return {
    name: "auditd",
    recognises: (line) => auditHead(line) !== null,
    events: (line) => {
      const head = auditHead(line);
      if (head === null) return [];
      const { type } = head;
      const fields = auditFields(type, head.line.slice(head.end));
      return auditEvents([{ type, fields }], head, "auditd", types);
    },
  };
}
