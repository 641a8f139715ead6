const seed = 0x9747b28c;
const factor = 0x5bd1e995;

/**
 * MurmurHash2 of 32 bits with the seed that Kafka's clients hash keys with; a signed integer. The clients that there are in
 * JavaScript calculate it with objects or big integers, which takes longer than sending the record does.
 */
export function murmur2(key: Uint8Array): number {
  const { length } = key;
  const whole = length & ~3;
  let hash = seed ^ length;
  for (let at = 0; at < whole; at += 4) {
    const word = key[at]! | (key[at + 1]! << 8) | (key[at + 2]! << 16) | (key[at + 3]! << 24);
    hash = Math.imul(hash, factor) ^ mixed(word);
  }
  if (length > whole) {
    let rest = 0;
    for (let at = length - 1; at >= whole; at -= 1) rest = (rest << 8) | key[at]!;
    hash = Math.imul(hash ^ rest, factor);
  }
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return hash ^ (hash >>> 15);
}

function mixed(word: number): number {
  const product = Math.imul(word, factor);
  return Math.imul(product ^ (product >>> 24), factor);
}
