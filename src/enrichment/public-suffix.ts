/** Names under which anybody can have a domain (`com`, `co.uk`, `github.io`): never an indicator of their own. */
import { getPublicSuffix } from "tldts";

const options = { allowPrivateDomains: true, extractHostname: false, validateHostname: false } as const;

export function isPublicSuffix(domain: string): boolean {
  return getPublicSuffix(domain, options) === domain;
}
