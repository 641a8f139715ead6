/**
 * Sigma rules in shadow mode (`mode: shadow` at the top of a document, a key of one's own as Sigma allows them). They are
 * compiled as a set of their own: with the live documents that they refer to, filters and field mappings among them, but
 * without those that refer to them, so that a rule on trial is an alert of its own.
 */
import type { YamlDocument } from "../yaml-documents.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface ShadowSplit {
  readonly live: readonly YamlDocument[];
  readonly shadow: readonly YamlDocument[];
  /** Live documents that stand with the shadow ones. */
  readonly beside: readonly YamlDocument[];
}

/** Reports a mode that is none, and shadow mode on a document that raises nothing. */
export function splitShadow(documents: readonly YamlDocument[]): ShadowSplit {
  const shadow = documents.filter(inShadowMode);
  const live = documents.filter((document) => !shadow.includes(document));
  const replaced = new Set(shadow.flatMap(namesOf));
  const others = live.filter((document) => !namesOf(document).some((name) => replaced.has(name)));
  const wanted = referredFrom(shadow, others);
  return { live, shadow, beside: others.filter((each) => !raisesAlerts(each) || wanted.has(each)) };
}

function inShadowMode(document: YamlDocument): boolean {
  const { mode } = document.value as Fields;
  if (mode === undefined || mode === "live") return false;
  if (mode !== "shadow") {
    document.fault(["mode"], "bad-value", `one of live, shadow: found ${JSON.stringify(mode)}`);
    return false;
  }
  if (raisesAlerts(document)) return true;
  document.fault(["mode"], "bad-value", "shadow is for rules and correlations: this raises no alerts");
  return false;
}

function raisesAlerts({ value }: YamlDocument): boolean {
  return ["correlation", "detection"].some((kind) => Object.hasOwn(value as Fields, kind));
}

function namesOf({ value }: YamlDocument): readonly string[] {
  const { id, name } = value as Fields;
  return [id, name].filter((each) => typeof each === "string");
}

/** Documents that the given ones refer to, directly or through others. */
function referredFrom(
  from: readonly YamlDocument[],
  among: readonly YamlDocument[],
): ReadonlySet<YamlDocument> {
  const found = new Set<YamlDocument>();
  for (let next = from; next.length > 0; ) {
    const names = new Set(next.flatMap(rulesOf));
    next = among.filter((each) => !found.has(each) && namesOf(each).some((name) => names.has(name)));
    for (const each of next) found.add(each);
  }
  return found;
}

function rulesOf({ value }: YamlDocument): readonly string[] {
  const { correlation } = value as { readonly correlation?: { readonly rules?: unknown } | null };
  return [correlation?.rules ?? []].flat().filter((rule): rule is string => typeof rule === "string");
}
