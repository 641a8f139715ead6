const hidden = "***";
const secretParameter = /pass|secret|token|key/i;

/** Any secret as it may be shown: nothing of it. */
export function maskSecret(_text: string): string {
  return hidden;
}

/**
 * The URL of a server as it may be shown: everything but the password (or, where there is none, the name, which may be a
 * token) and what its query calls a secret, so that an operator still sees which server is meant. Of text that names no
 * server nothing: it may be a password that stands in the wrong place.
 */
export function maskUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null || url.host === "") return hidden;
  if (url.password !== "") url.password = hidden;
  else if (url.username !== "") url.username = hidden;
  for (const name of [...url.searchParams.keys()]) {
    if (secretParameter.test(name)) url.searchParams.set(name, hidden);
  }
  return url.href;
}
