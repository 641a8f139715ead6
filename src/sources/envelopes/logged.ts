/** What a program wrote, out of what the runtime made of it: `<time> stdout F <text>` (CRI), and the line's end. */
const runtimePrefix = /^\d{4}-\S{1,40} (?:stdout|stderr) [FP] /;

export function logged(text: string): string {
  const end = text.endsWith("\n") ? (text.endsWith("\r\n") ? -2 : -1) : text.length;
  return text.slice(runtimePrefix.exec(text)?.[0].length ?? 0, end);
}
