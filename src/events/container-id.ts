import { isAbsent } from "./absent.ts";

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;
const longHex = /^[0-9a-f]{12,}$/i;

/**
 * How containers are compared (semantics §1). Falco gives 12 hex digits, Kubernetes `containerd://` and 64, Tetragon 31:
 * all meet in the first 12, lower case. An id of another form (`c1`, a name) stays as it is. Absent: undefined.
 */
export function containerKey(id: string): string | undefined {
  const bare = withoutScheme(id);
  if (isAbsent(bare)) return undefined;
  return longHex.test(bare) ? bare.slice(0, 12).toLowerCase() : bare;
}

/** The whole id without the runtime's name: `containerd://ab…` → `ab…`. */
export function withoutScheme(id: string): string {
  return id.includes("://") ? id.replace(scheme, "") : id;
}
