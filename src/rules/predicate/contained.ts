/**
 * Whether a text holds one of many others, at nearly the cost of one: each is filed under three of its letters, the three
 * that fewest others have, and the text is gone through once, looking up each three of its letters.
 */
import type { TextTest } from "./wildcard.ts";

interface Filed {
  readonly literal: string;
  /** Where its three letters stand in it. */
  readonly offset: number;
}

const letters = 3;
/** Of so many one after the other is as quick. */
const few = 4;
const slots = 1 << 16;

export function containsSome(literals: readonly string[]): TextTest {
  const short = literals.filter((literal) => literal.length < letters);
  const long = literals.filter((literal) => literal.length >= letters);
  if (long.length <= few) return (text) => literals.some((literal) => text.includes(literal));
  const holdsLong = filed(long);
  return (text) => short.some((literal) => text.includes(literal)) || holdsLong(text);
}

function filed(literals: readonly string[]): TextTest {
  const counts = new Uint32Array(slots);
  for (const literal of literals) {
    for (let at = 0; at + letters <= literal.length; at += 1) counts[slotAt(literal, at)]! += 1;
  }
  const bySlot = new Map<number, Filed[]>();
  /** Asked first: most threes of letters are nobody's. */
  const isTaken = new Uint8Array(slots);
  for (const literal of literals) {
    const offset = rarest(literal, counts);
    const slot = slotAt(literal, offset);
    isTaken[slot] = 1;
    const others = bySlot.get(slot);
    if (others === undefined) bySlot.set(slot, [{ literal, offset }]);
    else others.push({ literal, offset });
  }
  return (text) => {
    for (let at = 0; at + letters <= text.length; at += 1) {
      const slot = slotAt(text, at);
      if (isTaken[slot] === 1 && stands(bySlot.get(slot)!, text, at)) return true;
    }
    return false;
  };
}

function stands(filedHere: readonly Filed[], text: string, at: number): boolean {
  for (const { literal, offset } of filedHere) {
    if (at >= offset && text.startsWith(literal, at - offset)) return true;
  }
  return false;
}

function rarest(literal: string, counts: Uint32Array): number {
  let best = 0;
  for (let at = 1; at + letters <= literal.length; at += 1) {
    if (counts[slotAt(literal, at)]! < counts[slotAt(literal, best)]!) best = at;
  }
  return best;
}

function slotAt(text: string, at: number): number {
  const mixed = (text.charCodeAt(at) * 961 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2);
  return (mixed ^ (mixed >>> 16)) & (slots - 1);
}
