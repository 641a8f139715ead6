/** What one source of settings says: values not yet checked, and what is wrong with the source itself. */
export interface Reading {
  /** By YAML path. */
  readonly found: ReadonlyMap<string, FoundValue>;
  readonly faults: readonly string[];
}

export interface FoundValue {
  readonly value: unknown;
  /** Where it came from, for people: `flag --http-port`, `environment CORRAL_ROLE`, `file corral.yaml:3:9`. */
  readonly origin: string;
}

/** One fault, in the form that all messages have. `current` is left out where it would say nothing. */
export function faultText(name: string, origin: string, must: string, current?: string): string {
  return `Cannot use ${name} from ${origin}: ${must}${current === undefined ? "" : `: current value is ${current}`}`;
}
