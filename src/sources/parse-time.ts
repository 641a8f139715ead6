/** RFC 3339 text → epoch milliseconds, rounded down; NaN for anything else. `Date.parse` alone takes "1" and "May 5". */
const rfc3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

export function parseTime(text: string): number {
  const match = rfc3339.exec(text);
  if (match === null) return Number.NaN;
  const [, date, time, fraction = "", zone = ""] = match;
  // Whole seconds by the platform, milliseconds by digit: a fraction is never rounded up into the next one.
  const seconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  return seconds + Number(fraction.slice(1, 4).padEnd(3, "0"));
}
