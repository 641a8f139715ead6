import ipaddr from "ipaddr.js";

type Address = ipaddr.IPv4 | ipaddr.IPv6;
/** An address and the number of leading bits that count. */
export type Network = readonly [Address, number];

/** `10.0.0.0/8`, `fd00::/8`, or one address, which is a network of its own. Undefined: it is none. */
export function parseNetwork(text: string): Network | undefined {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = parse(addressText);
  if (address === undefined || more.length > 0) return undefined;
  const most = address.kind() === "ipv4" ? 32 : 128;
  if (prefixText === undefined) return unmapped(address, most);
  const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : Number.NaN;
  return prefix <= most ? unmapped(address, prefix) : undefined;
}

/** Whether a text is an address inside one of the networks; what is no address is in none. */
export function inNetworks(networks: readonly Network[]): (text: string) => boolean {
  return (text) => {
    const found = parse(text);
    if (found === undefined) return false;
    const [address] = unmapped(found, 128);
    return networks.some(
      ([network, bits]) => address.kind() === network.kind() && address.match(network, bits),
    );
  };
}

/** Rules ask for one event's address one after the other: of the last text what came of it is kept. */
let last: { readonly text: string; readonly address: Address | undefined } | null = null;

function parse(text: string): Address | undefined {
  if (last?.text !== text) last = { text, address: parsed(text) };
  return last.address;
}

/** Stricter than the library, for which `10.0.0` and `0xa000001` are addresses too. */
function parsed(text: string): Address | undefined {
  if (text.includes(":")) return ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
  return ipaddr.IPv4.isValidFourPartDecimal(text) ? ipaddr.IPv4.parse(text) : undefined;
}

/** `::ffff:10.0.0.1` is how a dual-stack socket shows `10.0.0.1`: both are one address. */
function unmapped(address: Address, prefix: number): Network {
  if (!("isIPv4MappedAddress" in address) || !address.isIPv4MappedAddress() || prefix < 96) {
    return [address, prefix];
  }
  return [address.toIPv4Address(), prefix - 96];
}
