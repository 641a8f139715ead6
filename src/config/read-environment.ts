import { readFileSync } from "node:fs";
import { messageOf } from "../errors.ts";
import { nearestName } from "./nearest-name.ts";
import type { FoundValue, Reading } from "./reading.ts";
import { faultText } from "./reading.ts";
import { settingList } from "./settings.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the YAML file, where no flag does. */
export const fileVariable = "CORRAL_CONFIG";

/**
 * Takes the CORRAL_* variables. Empty is unset, as compose files produce it. Secrets may lie in the file that
 * `<NAME>_FILE` names; a line end at its end is not part of the secret.
 */
export function readEnvironment(environment: Environment): Reading {
  const variables = ours(environment);
  const found = new Map<string, FoundValue>();
  const faults: string[] = [];
  for (const { environment: name, path, secret } of settingList) {
    if (name === null) continue;
    const value = take(variables, name);
    const file = secret ? take(variables, `${name}_FILE`) : undefined;
    if (value !== undefined && file !== undefined) {
      faults.push(faultText(path, `environment ${name}`, `${name}_FILE must not be set as well`));
    } else if (value !== undefined) {
      found.set(path, { value, origin: `environment ${name}` });
    } else if (file !== undefined) {
      const origin = `file ${file} (environment ${name}_FILE)`;
      try {
        found.set(path, { value: readFileSync(file, "utf8").replace(/\r?\n$/, ""), origin });
      } catch (error) {
        faults.push(faultText(path, origin, `the file must be readable: ${messageOf(error)}`));
      }
    }
  }
  return { found, faults: [...faults, ...[...variables.keys()].map(unknownVariable)] };
}

function take(variables: Map<string, string>, name: string): string | undefined {
  const value = variables.get(name);
  variables.delete(name);
  return value;
}

function ours(environment: Environment): Map<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith("CORRAL_") || value === undefined || value === "") continue;
    if (name === fileVariable || isForTests(name) || isServiceLink(name, value)) continue;
    variables.set(name, value);
  }
  return variables;
}

function isForTests(name: string): boolean {
  return name.startsWith("CORRAL_TEST_") || name === "CORRAL_REQUIRE_SERVICES";
}

/**
 * Kubernetes tells every pod of the services around it: one named `corral-http` makes `CORRAL_HTTP_SERVICE_HOST`,
 * `CORRAL_HTTP_PORT=tcp://10.0.0.7:8080` and more. They are nobody's settings and must not stop a start.
 */
function isServiceLink(name: string, value: string): boolean {
  return (
    /_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith("_PORT") && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

function unknownVariable(name: string): string {
  const known = settingList.flatMap(({ environment, secret }) =>
    environment === null ? [] : secret ? [environment, `${environment}_FILE`] : [environment],
  );
  const nearest = nearestName(name, known);
  const hint = nearest === null ? "" : `; nearest is ${nearest}`;
  return faultText(name, "the environment", `there is no such setting${hint}`);
}
