/** Values that many rows share, each held once as long as a row holds it. */
export class Interned<T> {
  readonly #keyOf: (value: T) => string;
  readonly #numbers = new Map<string, number>();
  readonly #values: T[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];

  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  /** The number of the value, held once more. */
  hold(value: T): number {
    const key = this.#keyOf(value);
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#free.pop() ?? this.#values.length;
      this.#numbers.set(key, number);
      this.#values[number] = value;
      this.#holders[number] = 0;
    }
    this.#holders[number]! += 1;
    return number;
  }

  release(number: number): void {
    this.#holders[number]! -= 1;
    if (this.#holders[number]! > 0) return;
    this.#numbers.delete(this.#keyOf(this.#values[number]!));
    this.#free.push(number);
  }

  at(number: number): T {
    return this.#values[number]!;
  }

  /** The number of a value that is held, else undefined. */
  find(value: T): number | undefined {
    return this.#numbers.get(this.#keyOf(value));
  }
}
