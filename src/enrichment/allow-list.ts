/** Domains (with all below them), addresses and networks that are never flagged, whatever feeds say. */
import { domainName } from "./domain-name.ts";
import { type Address, parsePrefix } from "./ip-prefix.ts";
import { PrefixMap } from "./prefix-map.ts";

export class AllowList {
  readonly #domains = new Set<string>();
  readonly #networks = new PrefixMap();

  /** False: the text is neither domain nor address nor network, and is not taken up. */
  add(text: string): boolean {
    const network = parsePrefix(text);
    if (network !== null) {
      this.#networks.set(network, 1);
      return true;
    }
    const domain = domainName(text.startsWith("*.") ? text.slice(2) : text);
    if (domain !== null) this.#domains.add(domain);
    return domain !== null;
  }

  /** `domain` as domainName writes it. */
  hasDomain(domain: string): boolean {
    if (this.#domains.size === 0) return false;
    for (let name = domain; ; name = name.slice(name.indexOf(".") + 1)) {
      if (this.#domains.has(name)) return true;
      if (!name.includes(".")) return false;
    }
  }

  hasAddress(address: Address): boolean {
    return this.#networks.has(address);
  }
}
