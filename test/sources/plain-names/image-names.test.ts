import { expect, test } from "vitest";
import { digestOf, imageNames, taggedImage } from "../../../src/sources/plain-names/image-names.ts";

test.each([
  [null, {}],
  ["nginx:1.27", { image: "nginx:1.27" }],
  ["nginx:1.27@sha256:ab", { image: "nginx:1.27", image_digest: "sha256:ab" }],
  ["nginx:1.27sha256:ab", { image: "nginx:1.27", image_digest: "sha256:ab" }],
  ["sha256:ab", { image_digest: "sha256:ab" }],
])("%j names %j", (reference, names) => expect(imageNames(reference)).toEqual(names));

test.each([
  ["nginx", "1.27", "nginx:1.27"],
  ["localhost:5000/nginx", "1.27", "localhost:5000/nginx:1.27"],
  ["nginx:1.26", "1.27", "nginx:1.26"],
  ["nginx", null, "nginx"],
  [null, "1.27", null],
])("%j with the tag %j is %j", (name, tag, image) => expect(taggedImage(name, tag)).toBe(image));

test("a name of colons only takes no longer than any other", () => {
  const name = `${":".repeat(1_000_000)}/`;
  expect(taggedImage(name, "1")).toBe(`${name}:1`);
});

test.each([
  ["docker.io/a/b@sha256:8e", "sha256:8e"],
  ["docker.io/a/b:1", null],
  ["a@", null],
  [null, null],
])("the digest in %j is %j", (reference, digest) => expect(digestOf(reference)).toBe(digest));
