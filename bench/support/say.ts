/** Progress, on stderr: results alone go to stdout. */
const began = performance.now();

export function say(text: string): void {
  process.stderr.write(`[bench ${((performance.now() - began) / 1_000).toFixed(1)} s] ${text}\n`);
}
