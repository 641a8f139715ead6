/**
 * What one setting is, and how its outside names follow from its place in the tree: `kafka.clientId` is
 * `kafka.client_id` in YAML, `CORRAL_KAFKA_CLIENT_ID` in the environment and `--kafka-client-id` on the command line.
 * A key that ends in `Ms` names its unit for the program; outside, where durations carry their unit, the ending is gone.
 */
import type { SettingType } from "./setting-types.ts";

/** A default that follows from other settings, in the program's own terms. */
export interface DerivedDefault<T> {
  readonly text: string;
  /** `value` gives the effective value of the setting at a YAML path that has no derived default itself. */
  readonly derive: (value: (path: string) => unknown) => T;
}

export interface Setting<T> {
  readonly kind: "setting";
  readonly type: SettingType<T>;
  /** As one would write it in the YAML file; null: unset. */
  readonly fallback: unknown;
  readonly derived: DerivedDefault<T> | null;
  readonly doc: string;
  /** Never shown in full; may also come from the file that `<NAME>_FILE` names. */
  readonly secret: boolean;
  /** Has no flag and no environment name: its shape does not fit in a line of text. */
  readonly yamlOnly: boolean;
  /** Has no flag: whoever may list processes could read it there. */
  readonly noFlag: boolean;
}

export interface SettingTree {
  // biome-ignore lint/suspicious/noExplicitAny: settings of every type hang in one tree
  readonly [key: string]: SettingTree | Setting<any>;
}

/** The frozen values of a tree of settings. */
export type ValuesOf<Node> =
  Node extends Setting<infer T> ? T : { readonly [Key in keyof Node]: ValuesOf<Node[Key]> };

export interface NamedSetting extends Setting<unknown> {
  /** Keys from the root of the tree. */
  readonly keys: readonly string[];
  /** Path in the YAML file. */
  readonly path: string;
  readonly environment: string | null;
  /** Without the leading dashes. */
  readonly flag: string | null;
}

export interface ResolvedSetting {
  readonly setting: NamedSetting;
  /** Checked and frozen. */
  readonly value: unknown;
  /** Where it came from, for people. */
  readonly origin: string;
}

export function setting<T>(
  type: SettingType<T>,
  fallback: unknown,
  doc: string,
  marks: { readonly secret?: true; readonly yamlOnly?: true; readonly noFlag?: true } = {},
): Setting<T> {
  const { secret = false, yamlOnly = false, noFlag = false } = marks;
  return { kind: "setting", type, fallback, derived: null, doc, secret, yamlOnly, noFlag };
}

export function derivedSetting<T>(type: SettingType<T>, derived: DerivedDefault<T>, doc: string): Setting<T> {
  const marks = { secret: false, yamlOnly: false, noFlag: false };
  return { kind: "setting", type, fallback: null, derived, doc, ...marks };
}

/** All settings of a tree under their outside names, in the order they are written. */
export function nameSettings(tree: SettingTree, above: readonly string[] = []): readonly NamedSetting[] {
  return Object.entries(tree).flatMap(([key, node]) => {
    const keys = [...above, key];
    return isSetting(node) ? [named(node, keys)] : nameSettings(node, keys);
  });
}

export function isSetting(node: SettingTree | Setting<unknown>): node is Setting<unknown> {
  return node.kind === "setting";
}

export function outsideName(key: string): string {
  return key.replace(/Ms$/, "").replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function named(node: Setting<unknown>, keys: readonly string[]): NamedSetting {
  const path = keys.map(outsideName).join(".");
  return {
    ...node,
    keys,
    path,
    environment: node.yamlOnly ? null : `CORRAL_${path.replaceAll(".", "_").toUpperCase()}`,
    flag: node.yamlOnly || node.noFlag ? null : path.replaceAll(/[._]/g, "-"),
  };
}
