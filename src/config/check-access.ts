/** What must hold between the settings of TLS and logins, and what the files that they name must hold. */

import { lookThrough, type TlsFiles } from "./read-tls.ts";
import { faultText } from "./reading.ts";
import { outsideName, type ResolvedSetting } from "./setting.ts";

type Resolved = ReadonlyMap<string, ResolvedSetting>;

interface Service {
  readonly name: string;
  /** The setting that switches TLS on, how to tell, and how to say it. */
  readonly switch: string;
  readonly isOn: (value: unknown) => boolean;
  readonly must: string;
}

const services: readonly Service[] = [
  {
    name: "kafka",
    switch: "kafka.tls.enabled",
    isOn: (value) => value === true,
    must: "kafka.tls.enabled must be true",
  },
  {
    name: "redis",
    switch: "redis.url",
    isOn: (value) => String(value).startsWith("rediss:"),
    must: "redis.url must begin with rediss://",
  },
  {
    name: "registry",
    switch: "registry.url",
    isOn: (value) => String(value).startsWith("https:"),
    must: "registry.url must begin with https://",
  },
];
const tlsNames = ["ca", "cert", "key", "keyPassword", "serverName"] as const;

/** One line for every fault. */
export function checkAccess(resolved: Resolved): readonly string[] {
  return [...services.flatMap((service) => checkTls(resolved, service)), ...checkLogins(resolved)];
}

function checkTls(resolved: Resolved, { name, switch: switchPath, isOn, must }: Service): readonly string[] {
  const path = (key: string): string => `${name}.tls.${outsideName(key)}`;
  const found = tlsNames.map((key) => [key, resolved.get(path(key))?.value] as const);
  if (found.some(([, value]) => value === undefined)) return [];
  const { faults } = lookThrough(Object.fromEntries(found) as unknown as TlsFiles);
  const fault = (key: string, rule: string, current?: string): string =>
    faultText(path(key), resolved.get(path(key))!.origin, rule, current);

  const on = resolved.get(switchPath);
  const first = found.find(([, value]) => value !== null);
  const unused = first !== undefined && on !== undefined && !isOn(on.value);
  return [
    ...(unused ? [fault(first[0], must)] : []),
    ...faults.map((each) => fault(each.name, each.must, each.current)),
  ];
}

function checkLogins(resolved: Resolved): readonly string[] {
  const set = (path: string): boolean => (resolved.get(path)?.value ?? null) !== null;
  const faults: string[] = [];
  const demand = (path: string, holds: boolean, must: string): void => {
    if (set(path) && !holds) faults.push(faultText(path, resolved.get(path)!.origin, must));
  };
  for (const login of ["kafka.sasl", "registry"]) {
    const [username, password] = [`${login}.username`, `${login}.password`];
    demand(username, set(password) || !resolved.has(password), `${password} must be set as well`);
    demand(password, set(username) || !resolved.has(username), `${username} must be set as well`);
  }
  const url = resolved.get("redis.url")?.value;
  const inUrl = typeof url !== "string" || new URL(url).password !== "";
  demand("redis.username", set("redis.password") || inUrl, "redis.password must be set as well");
  demand("registry.token", !set("registry.username"), "registry.username must not be set as well");
  return faults;
}
