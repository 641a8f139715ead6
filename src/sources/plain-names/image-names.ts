/** References to images → the plain names `image` (without a digest) and `image_digest` (`sha256:…`). */
import type { JsonMap } from "../../events/security-event.ts";
import { present, textOf } from "../fields.ts";

/** `nginx:1.27@sha256:ab…`; KubeArmor leaves the `@` out now and then. An id alone (`sha256:…`) is a digest. */
export function imageNames(reference: string | null): JsonMap {
  if (reference === null) return {};
  const at = reference.indexOf("sha256:");
  if (at < 0) return { image: reference };
  const end = reference[at - 1] === "@" ? at - 1 : at;
  return present({ image: reference.slice(0, end), image_digest: reference.slice(at) });
}

/** `nginx` and `1.27` → `nginx:1.27`; a name that has a tag keeps its own. */
export function taggedImage(name: string | null, tag: string | null): string | null {
  return name === null || tag === null || hasTag(name) ? name : `${name}:${tag}`;
}

/** A colon before the last slash is a registry's port. */
function hasTag(name: string): boolean {
  const last = name.slice(name.lastIndexOf("/") + 1);
  const colon = last.indexOf(":");
  return colon >= 0 && colon < last.length - 1;
}

/** `docker.io/tgraf/netperf@sha256:8e86…` → `sha256:8e86…`; null where nothing is behind an `@`. */
export function digestOf(reference: string | null): string | null {
  return reference?.includes("@") ? textOf(reference.slice(reference.lastIndexOf("@") + 1)) : null;
}
