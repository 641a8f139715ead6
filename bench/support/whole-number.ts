/** A whole number of at least `least` from the command line. Throws Error. */
export function wholeNumber(name: string, text: string, least = 0): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= least) return number;
  throw new Error(
    `Cannot run: --${name} must be a whole number of at least ${least}: current value is ${text}`,
  );
}
