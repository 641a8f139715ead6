/** An image reference → the plain names `image` (without a digest) and `image_digest` (`sha256:…`). */
import type { JsonMap } from "../events/security-event.ts";
import { present } from "./record-fields.ts";

/** `nginx:1.27@sha256:ab…`; KubeArmor leaves the `@` out now and then. An id alone (`sha256:…`) is a digest. */
export function imageNames(reference: string | null): JsonMap {
  if (reference === null) return {};
  const at = reference.indexOf("sha256:");
  if (at < 0) return { image: reference };
  const end = reference[at - 1] === "@" ? at - 1 : at;
  return present({ image: reference.slice(0, end), image_digest: reference.slice(at) });
}
