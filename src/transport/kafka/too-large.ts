/** The error of a batch that would open to more than is allowed, with the code that Node's own decompression gives. */
export function tooLarge(maxBytes: number): Error {
  const message = `Cannot open the batch: it must open to at most ${maxBytes} bytes`;
  return Object.assign(new RangeError(message), { code: "ERR_BUFFER_TOO_LARGE" });
}
