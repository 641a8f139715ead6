/**
 * Domain names in the one spelling that is compared: ASCII (IDN as punycode), lower-case, without trailing dot and port.
 * `www.` stays: it is a name of its own. Null for what is no name of at least two labels; an address is none.
 */
import { domainToASCII } from "node:url";

const longest = 253;
const longestLabel = 63;
const port = /:\d{1,5}$/;

export function domainName(text: string): string | null {
  if (text.length > longest + 8) return null;
  let name = text.includes(":") && port.test(text) ? text.slice(0, text.lastIndexOf(":")) : text;
  if (name.endsWith(".")) name = name.slice(0, -1);
  if (!isName(name)) {
    name = ascii(name.toLowerCase());
    if (!isName(name)) return null;
  }
  return name;
}

/** Labels of small letters, digits, `_` and `-`, at least two; the last label of an address is a number, that of a domain never. */
function isName(name: string): boolean {
  let letters = 0;
  let dots = 0;
  let isNumber = true;
  for (let at = 0; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (code === 0x2e) {
      if (letters === 0) return false;
      dots += 1;
      letters = 0;
      isNumber = true;
      continue;
    }
    const isDigit = code >= 0x30 && code <= 0x39;
    if (!isDigit && !(code >= 0x61 && code <= 0x7a) && code !== 0x2d && code !== 0x5f) return false;
    letters += 1;
    if (letters > longestLabel) return false;
    if (!isDigit) isNumber = false;
  }
  return dots > 0 && letters > 0 && !isNumber && name.length <= longest;
}

function ascii(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what needs no conversion
  return /^[\x00-\x7f]*$/.test(name) ? name : domainToASCII(name);
}
