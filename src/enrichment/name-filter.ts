/**
 * Which of the names that a domain lies below may be in a set: a bit for the hash of each name, so that the many that are
 * in no set cost no look-up (of a million strings, memory is waited for). Says maybe where it should say no in one case of
 * eight at a million names; never no where it should say yes. Nothing is taken out again: that only makes it say maybe.
 */

/** A mebibyte. */
const words = 2 ** 18;
const basis = 0x811c9dc5;
const prime = 0x01000193;
const dot = 0x2e;

export class NameFilter {
  readonly #bits = new Uint32Array(words);

  add(name: string): void {
    let hash = basis;
    for (let at = name.length - 1; at >= 0; at--) hash = step(hash, name.charCodeAt(at));
    const place = placeOf(hash);
    this.#bits[place >>> 5] = (this.#bits[place >>> 5] ?? 0) | (1 << (place & 31));
  }

  /** Where in a domain those names begin, the longest first; a last label alone is none. */
  startsIn(domain: string): readonly number[] {
    let starts: readonly number[] = none;
    let hash = basis;
    let dots = 0;
    // From the end on, one hash serves all of them.
    for (let at = domain.length - 1; at >= 0; at--) {
      const code = domain.charCodeAt(at);
      if (code === dot) {
        if (dots > 0 && this.#has(hash)) starts = [at + 1, ...starts];
        dots += 1;
      }
      hash = step(hash, code);
    }
    return dots > 0 && this.#has(hash) ? [0, ...starts] : starts;
  }

  #has(hash: number): boolean {
    const place = placeOf(hash);
    return ((this.#bits[place >>> 5] ?? 0) & (1 << (place & 31))) !== 0;
  }
}

const none: readonly number[] = [];

/** FNV-1a. */
function step(hash: number, code: number): number {
  return Math.imul(hash ^ code, prime);
}

function placeOf(hash: number): number {
  return (hash ^ (hash >>> 15)) & (words * 32 - 1);
}
