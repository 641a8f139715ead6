/** RFC 3339 text → epoch milliseconds, rounded down; NaN for anything else. `Date.parse` alone takes "1" and "May 5". */
const rfc3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;

export function parseTime(text: string): number {
  if (!rfc3339.test(text)) return Number.NaN;
  const zone = /[Zz]$/.test(text) ? "Z" : text.slice(-6);
  // Whole seconds by the platform, milliseconds by digit: a fraction is never rounded up into the next one.
  const seconds = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}${zone}`);
  const fraction = text.slice(20, text.length - zone.length);
  return seconds + Number(fraction.slice(0, 3).padEnd(3, "0"));
}
