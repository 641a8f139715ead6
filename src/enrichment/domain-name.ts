/**
 * Domain names in the one spelling that is compared: ASCII (IDN as punycode), lower-case, without trailing dot and port.
 * `www.` stays: it is a name of its own. Null for what is no name of at least two labels; an address is none.
 */
import { domainToASCII } from "node:url";

const longest = 253;
const plain = /^[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})+$/;
const port = /:\d{1,5}$/;

export function domainName(text: string): string | null {
  if (text.length > longest + 8) return null;
  let name = port.test(text) ? text.slice(0, text.lastIndexOf(":")) : text;
  if (name.endsWith(".")) name = name.slice(0, -1);
  if (!isName(name)) {
    name = ascii(name.toLowerCase());
    if (!isName(name)) return null;
  }
  return name;
}

function isName(name: string): boolean {
  return name.length <= longest && plain.test(name) && !endsInDigits(name);
}

/** The last label of an address is a number, that of a domain never. */
function endsInDigits(name: string): boolean {
  for (let at = name.length - 1; at >= 0; at--) {
    const code = name.charCodeAt(at);
    if (code === 0x2e) return true;
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

function ascii(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what needs no conversion
  return /^[\x00-\x7f]*$/.test(name) ? name : domainToASCII(name);
}
