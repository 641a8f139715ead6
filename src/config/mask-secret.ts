const hidden = "***";
const secretParameter = /pass|secret|token|key/i;

/**
 * A secret as it may be shown: of a URL everything but the password and what its query calls a secret, so that an
 * operator still sees which server is meant; of any other text nothing.
 */
export function maskSecret(text: string): string {
  if (!URL.canParse(text)) return hidden;
  const url = new URL(text);
  if (url.password !== "") url.password = hidden;
  for (const name of [...url.searchParams.keys()]) {
    if (secretParameter.test(name)) url.searchParams.set(name, hidden);
  }
  return url.href;
}
