/** The way back from a group key (see group-key.ts) to the values that alerts show: field as written → text. */
export function decodeGroupKey(key: string): Readonly<Record<string, string>> {
  if (key === "*") return {};
  return Object.fromEntries(
    key.split("&").map((part) => {
      const [name = "", value = ""] = part.split("=");
      return [decode(name), decode(value)];
    }),
  );
}

function decode(text: string): string {
  return text.replace(/%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g, (_, wide: string | undefined, narrow: string) =>
    String.fromCharCode(Number.parseInt(wide ?? narrow, 16)),
  );
}
