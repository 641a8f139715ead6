/**
 * The times of feeds → epoch milliseconds: RFC 3339, `2024-03-19 11:34:09 UTC`, the same without zone (UTC, as the
 * columns' names say), a date, or epoch seconds as text. Null for all else.
 */
const pattern = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?)?(?: ?(UTC|Z|[+-]\d\d:?\d\d))?$/;

export function feedTime(text: string | null): number | null {
  if (text === null) return null;
  if (/^\d{9,11}$/.test(text)) return Number(text) * 1_000;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, date, time = "00:00:00", fraction = "", zone = "Z"] = match;
  const seconds = Date.parse(`${date}T${time}${zone === "UTC" ? "Z" : zone}`);
  return Number.isNaN(seconds) ? null : seconds + Number(fraction.slice(0, 3).padEnd(3, "0"));
}
