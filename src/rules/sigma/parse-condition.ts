/**
 * Sigma's condition strings: `selection and 1 of filter_* and not (a or b)`. `not` binds before `and`, `and` before `or`;
 * `1 of`, `any of` and `all of` take names with `*`, or `them` for all. Names that begin with `_` are left out of a
 * pattern unless it begins so itself (Sigma rules specification, "Condition"; pySigma's conditions.py).
 */
export type ConditionTree =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "and" | "or"; readonly parts: readonly ConditionTree[] }
  | { readonly kind: "not"; readonly part: ConditionTree };

/** Over the names of the selections; a fault says what was found and what is allowed. */
export function parseCondition(
  text: string,
  names: readonly string[],
): ConditionTree | { readonly fault: string } {
  if (text.includes("|")) {
    return { fault: 'aggregation after "|" is no longer part of Sigma: write a correlation' };
  }
  try {
    return new Parser(text.match(/[()]|[^\s()]+/g) ?? [], names).parse();
  } catch (error) {
    if (error instanceof Unparsable) return { fault: error.message };
    throw error;
  }
}

class Unparsable extends Error {}

class Parser {
  readonly #tokens: readonly string[];
  readonly #names: readonly string[];
  #at = 0;

  constructor(tokens: readonly string[], names: readonly string[]) {
    this.#tokens = tokens;
    this.#names = names;
  }

  parse(): ConditionTree {
    const tree = this.#chain("or");
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new Unparsable(`unexpected "${rest}"`);
    return tree;
  }

  #chain(kind: "or" | "and"): ConditionTree {
    const operand = () => (kind === "or" ? this.#chain("and") : this.#unary());
    const parts = [operand()];
    while (this.#take(kind)) parts.push(operand());
    return parts.length === 1 ? parts[0]! : { kind, parts };
  }

  #unary(): ConditionTree {
    if (this.#take("not")) return { kind: "not", part: this.#unary() };
    if (this.#take("(")) {
      const inner = this.#chain("or");
      if (!this.#take(")")) throw new Unparsable("a parenthesis is not closed");
      return inner;
    }
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Unparsable("the condition ends where a selection is expected");
    this.#at += 1;
    if (!this.#take("of")) return this.#selection(token);
    return this.#selector(token.toLowerCase());
  }

  #selection(name: string): ConditionTree {
    if (this.#names.includes(name)) return { kind: "name", name };
    throw new Unparsable(`"${name}" is no selection; there are ${this.#names.join(", ")}`);
  }

  #selector(quantifier: string): ConditionTree {
    if (!["1", "any", "all"].includes(quantifier)) {
      throw new Unparsable(`"${quantifier} of" is not known: allowed are 1 of, any of and all of`);
    }
    const pattern = this.#tokens[this.#at];
    if (pattern === undefined) throw new Unparsable("the condition ends where a pattern is expected");
    this.#at += 1;
    const parts = this.#names
      .filter((name) => matches(name, pattern))
      .map((name): ConditionTree => ({ kind: "name", name }));
    if (parts.length === 0) throw new Unparsable(`"${pattern}" fits no selection`);
    return parts.length === 1 ? parts[0]! : { kind: quantifier === "all" ? "and" : "or", parts };
  }

  #take(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }
}

function matches(name: string, pattern: string): boolean {
  if (name.startsWith("_") && !pattern.startsWith("_")) return false;
  if (pattern.toLowerCase() === "them") return true;
  const literal = pattern.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${literal.join(".*")}$`).test(name);
}
