import { isAbsent } from "./absent.ts";

const scheme = /^[a-z][a-z0-9+.-]*:\/\//i;
const keyLength = 12;

/**
 * How containers are compared (semantics §1). Falco gives 12 hex digits, Kubernetes `containerd://` and 64, Tetragon 31:
 * all meet in the first 12, lower case. An id of another form (`c1`, a name) stays as it is. Absent: undefined.
 */
export function containerKey(id: string): string | undefined {
  const bare = withoutScheme(id);
  if (isAbsent(bare)) return undefined;
  return isLongHex(bare) ? bare.slice(0, keyLength).toLowerCase() : bare;
}

/** Without a regular expression, since it is asked several times of each event. */
function isLongHex(text: string): boolean {
  if (text.length < keyLength) return false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const lower = code | 0x20;
    if (!(code >= 0x30 && code <= 0x39) && !(lower >= 0x61 && lower <= 0x66)) return false;
  }
  return true;
}

/** The whole id without the runtime's name: `containerd://ab…` → `ab…`. */
export function withoutScheme(id: string): string {
  return id.includes("://") ? id.replace(scheme, "") : id;
}
