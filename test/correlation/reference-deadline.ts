/**
 * Absence and "fewer than" (semantics 5) step by step: negation normal form, the positive part, openings, deadlines and
 * what is spent. It asks its caller for the truth of single terms.
 */

/** The expression over terms, `not` at the terms alone. */
export type NormalForm =
  | { readonly all: readonly NormalForm[] }
  | { readonly any: readonly NormalForm[] }
  | Literal;

export interface Literal {
  /** Which condition it comes from. */
  readonly index: number;
  /**
   * `positive`: more events can only make it true. `denied`: only false. `trailing`: a sequence with a `not` at its end,
   * its positive part first. `instant`: a time pattern. `enough`: values that a denied sum wants.
   */
  readonly kind: "positive" | "denied" | "trailing" | "instant" | "enough";
  /** Whether it is true on [from, to], judged at `to`. */
  holds(from: number, to: number): boolean;
  /** Of `trailing`: its positive part alone. */
  opens?(from: number, to: number): boolean;
}

export interface Moments {
  /** Times of relevant events, ascending. */
  readonly relevant: readonly number[];
  /** And of those that are only consulted. */
  readonly all: readonly number[];
  /** Whether one event at `t` counts for both conditions. */
  shared(t: number, one: number, other: number): boolean;
}

/** The deadlines that are satisfied, as far as the watermark has passed them. */
export function satisfiedDeadlines(
  form: NormalForm,
  { relevant, all, shared }: Moments,
  window: number,
  watermark: number,
): readonly number[] {
  const satisfied: number[] = [];
  let spent = Number.NEGATIVE_INFINITY;
  for (;;) {
    const unspent = relevant.filter((t) => t > spent);
    const t = unspent.find((each) => positivePart(form, Math.max(each - window, spent + 1), each));
    if (t === undefined) return satisfied;
    const t0 = unspent.findLast((start) => start <= t && positivePart(form, start, t))!;
    const deadline = t0 + window;
    if (deadline >= watermark) return satisfied;
    if (truth(form, ({ holds }) => holds(t0, deadline))) {
      satisfied.push(deadline);
      spent = t0;
      continue;
    }
    const broken = hasPositivePart(form)
      ? all.find((c) => c >= t0 && c <= deadline && !truth(form, (term) => couldHold(term, t0, c)))
      : undefined;
    if (broken === undefined) spent = t0;
    else spent = countsOpening(form, t0, broken, shared) ? deadline : broken;
  }
}

function positivePart(form: NormalForm, from: number, to: number): boolean {
  return truth(form, (term) => {
    if (term.kind === "positive") return term.holds(from, to);
    return term.kind === "trailing" ? term.opens!(from, to) : true;
  });
}

/** False where the expression leaves nothing to wait for but that something does not come. */
function hasPositivePart(form: NormalForm): boolean {
  return !truth(form, ({ kind }) => kind !== "positive" && kind !== "trailing");
}

/** Whether events after `c` may still leave the term true. */
function couldHold(term: Literal, t0: number, c: number): boolean {
  if (term.kind === "denied") return term.holds(t0, c);
  return term.kind !== "trailing" || !term.opens!(t0, c) || term.holds(t0, c);
}

/** Whether what broke counts the opening event, which some positive term wants as well. */
function countsOpening(form: NormalForm, t0: number, c: number, shared: Moments["shared"]): boolean {
  const terms = literalsOf(form);
  const breaking = terms.filter((term) => term.kind === "denied" && !term.holds(t0, c));
  const wanting = terms.filter(({ kind }) => kind === "positive" || kind === "trailing");
  return breaking.some(({ index }) => wanting.some((other) => shared(t0, index, other.index)));
}

function literalsOf(form: NormalForm): readonly Literal[] {
  if ("all" in form) return form.all.flatMap(literalsOf);
  return "any" in form ? form.any.flatMap(literalsOf) : [form];
}

function truth(form: NormalForm, term: (literal: Literal) => boolean): boolean {
  if ("all" in form) return form.all.every((part) => truth(part, term));
  return "any" in form ? form.any.some((part) => truth(part, term)) : term(form);
}
