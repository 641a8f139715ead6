/** Numbers by network, one map for each length of prefix in use: an address costs as many look-ups as there are lengths. */
import { type Address, cut, type Prefix } from "./ip-prefix.ts";

interface Family {
  readonly byLength: Map<Address, number>[];
  /** Lengths in use, the longest first. */
  lengths: readonly number[];
}

export class PrefixMap {
  readonly #four: Family = { byLength: [], lengths: [] };
  readonly #six: Family = { byLength: [], lengths: [] };

  get({ address, length }: Prefix): number | undefined {
    return this.#family(address).byLength[length]?.get(address);
  }

  set({ address, length }: Prefix, value: number): void {
    const family = this.#family(address);
    let map = family.byLength[length];
    if (map === undefined) {
      map = new Map();
      family.byLength[length] = map;
      family.lengths = [...family.lengths, length].sort((a, b) => b - a);
    }
    map.set(address, value);
  }

  delete({ address, length }: Prefix): void {
    const family = this.#family(address);
    const map = family.byLength[length];
    if (map === undefined) return;
    map.delete(address);
    if (map.size > 0) return;
    delete family.byLength[length];
    family.lengths = family.lengths.filter((used) => used !== length);
  }

  /** Every network that holds the address, the longest prefix first. */
  each(address: Address, take: (value: number, network: Prefix) => void): void {
    const { byLength, lengths } = this.#family(address);
    for (const length of lengths) {
      const network = cut(address, length);
      const value = byLength[length]?.get(network);
      if (value !== undefined) take(value, { address: network, length });
    }
  }

  has(address: Address): boolean {
    const { byLength, lengths } = this.#family(address);
    return lengths.some((length) => byLength[length]?.has(cut(address, length)));
  }

  #family(address: Address): Family {
    return typeof address === "number" ? this.#four : this.#six;
  }
}
