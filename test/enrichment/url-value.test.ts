/** The short way must say what the parser says. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { urlValue } from "../../src/enrichment/url-value.ts";

/** As the parser alone would have it. */
function byParser(text: string): { readonly url: string; readonly withoutQuery: string } | null {
  const parsed = URL.parse(text);
  if (parsed === null || parsed.hostname === "") return null;
  parsed.username = "";
  parsed.password = "";
  parsed.hash = "";
  const url = parsed.href;
  parsed.search = "";
  return { url, withoutQuery: parsed.href };
}

const parts = (...texts: readonly string[]) => fc.constantFrom(...texts);
const urls = fc
  .tuple(
    parts("http", "https", "HTTP", "hTTps", "ftp"),
    parts("", "", "user@", "u:p@"),
    fc.array(parts("a", "B", "xn--p1ai", "0", "x-1", "-", "com", "EXAMPLE", "K"), {
      minLength: 1,
      maxLength: 4,
    }),
    parts("", "", ":80", ":443", ":080", ":8080", ":"),
    fc.array(parts("/", "a", ".", "..", "/.", "%2e", "Ä", "~", "-", "_", "B", "\\", " "), { maxLength: 6 }),
    parts("", "", "?", "?a=b", "?a='b'", "?A/?x"),
    parts("", "", "#", "#top", "#a#b", "#ä"),
  )
  .map(([scheme, user, labels, port, path, query, hash]) => {
    const way = path.length === 0 ? "" : `/${path.join("")}`;
    return `${scheme}://${user}${labels.join(".")}${port}${way}${query}${hash}`;
  });

describe("urlValue()", () => {
  test("says what the parser says, whichever way it takes", () => {
    fc.assert(
      fc.property(urls, (text) => {
        const value = urlValue(text);
        const expected = byParser(text);
        expect(value === null ? null : { url: value.url, withoutQuery: value.withoutQuery }).toEqual(
          expected,
        );
      }),
      { numRuns: 20_000, seed: 7 },
    );
  });

  test("puts scheme, host and default port aside, and the fragment", () => {
    expect(urlValue("HTTP://Files.Example:80/a/B.sh?x=1#top")).toEqual({
      url: "http://files.example/a/B.sh?x=1",
      withoutQuery: "http://files.example/a/B.sh",
      host: "files.example",
    });
  });
});
