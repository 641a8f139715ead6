/**
 * The human behind what happened: who had a session in the container, whose login the process descends from, which
 * service account acted. `enrichment.user` becomes that person where the attribution is likely; the user that the process
 * ran as stays in `enrichment.identity.process_user`. What cannot be attributed says so.
 */
import { compilePath } from "../events/field-path.ts";
import type { JsonMap, JsonValue, SecurityEvent } from "../events/security-event.ts";
import { singleText } from "../events/single-text.ts";
import type { Enricher } from "./enricher.ts";
import type { Freshness } from "./freshness.ts";
import { podKeyOf, type Session, sessionOf } from "./session.ts";
import type { SessionTable } from "./session-table.ts";

/** Out of 100. From `likely` on the person takes the place of the process's user. */
const confidence = { certain: 100, terminal: 90, login: 80, alone: 60, several: 30 } as const;
const likely = 50;

const serviceAccountPrefix = "system:serviceaccount:";
/** Of no login: -1 as unsigned and signed, of 32 and 64 bits. */
const noLogin = new Set(["4294967295", "-1", "18446744073709551615"]);

const containerName = [
  "enrichment.container_name",
  "enrichment.inventory.container_name",
  "container.name",
].map(compilePath);
const tty = compilePath("proc.tty");
const ancestors = [compilePath("parent_process_name"), compilePath("proc.pname"), compilePath("proc.aname")];
const loginName = compilePath("user.loginname");
const loginUid = [compilePath("user.loginuid"), compilePath("auid"), compilePath("loginuid")];
const above = [
  ...ancestors,
  compilePath("ancestors"),
  ...[2, 3, 4].map((nth) => compilePath(`proc.aname[${nth}]`)),
];
const raising = new Set(["sudo", "su", "doas"]);
const shims = [
  "runc",
  "containerd-shim",
  "containerd-shim-runc-v2",
  "crio",
  "conmon",
  "docker-init",
  "kubelet",
];

type Attribution = JsonMap & { readonly user: string; readonly confidence: number };

export interface IdentityOptions {
  readonly sessions: SessionTable;
  readonly freshness: () => Freshness;
}

export function identity({ sessions, freshness }: IdentityOptions): Enricher {
  return {
    name: "identity",
    adds: ["identity", "confidence", "user", "session_id"],
    replaces: ["user"],
    learn: (event) => {
      const session = sessionOf(event);
      if (session === null || !sessions.learn(session)) return [];
      return [{ table: "sessions", key: session.session_id, value: { ...session } }];
    },
    enrich: (event) => {
      const processUser = singleText(event.enrichment.user) ?? null;
      const found = ofApi(event) ?? inSession(event, sessions) ?? ofLogin(event) ?? ofServiceAccount(event);
      if (found === null) {
        if (!isInPod(event)) return null;
        const state = freshness();
        return {
          identity: { status: state === "current" ? "unattributed" : state, process_user: processUser },
        };
      }
      const attributed = found.confidence >= likely;
      const own = {
        status: "attributed",
        ...found,
        ...(processUser === null ? {} : { process_user: processUser }),
      };
      return {
        identity: own,
        confidence: found.confidence,
        ...(attributed ? { user: found.user } : {}),
        ...(found.session_id === undefined ? {} : { session_id: found.session_id }),
      };
    },
  };
}

/** Of a request to the API the caller is known. */
function ofApi(event: SecurityEvent): Attribution | null {
  if (event.source !== "k8s_audit") return null;
  const session = sessionOf(event);
  const user = singleText(event.enrichment.user);
  if (session !== null) return ofSession(session, confidence.certain, event);
  if (user === undefined || user.startsWith(serviceAccountPrefix)) return null;
  return { user, kind: "api", source: "k8s_audit", confidence: confidence.certain };
}

function inSession(event: SecurityEvent, sessions: SessionTable): Attribution | null {
  const { enrichment, details, timestamp } = event;
  const pod = podKeyOf(
    enrichment,
    singleText(enrichment.namespace ?? details.namespace),
    singleText(enrichment.pod ?? details.pod),
  );
  if (pod === undefined) return null;
  const open = sessions.at(pod, nameOfContainer(event), timestamp);
  const [newest] = open;
  if (newest === undefined) return null;
  const people = [...new Set(open.map(({ user }) => user))];
  if (people.length > 1) return { ...ofSession(newest, confidence.several, event), candidates: people };
  return ofSession(newest, hasTerminal(event) ? confidence.terminal : confidence.alone, event);
}

function nameOfContainer(event: SecurityEvent): string | undefined {
  return containerName.map((field) => singleText(field(event))).find((name) => name !== undefined);
}

function ofSession(session: Session, sure: number, event: SecurityEvent): Attribution {
  const { session_id, kind, user, impersonated_user, groups, source_ip, opened_at } = session;
  return {
    user,
    session_id,
    kind,
    groups,
    source: "sessions",
    confidence: sure,
    age_ms: event.timestamp - opened_at,
    ...(source_ip === null ? {} : { source_ip }),
    ...(impersonated_user === null ? {} : { impersonated_user }),
  };
}

/** A terminal, or a parent that starts what comes from outside: signs of a session, which a service's process lacks. */
function hasTerminal(event: SecurityEvent): boolean {
  const terminal = tty(event);
  if (terminal !== undefined && terminal !== 0 && terminal !== "0") return true;
  return ancestors.some((field) => shims.includes(singleText(field(event)) ?? ""));
}

/** The kernel keeps the user of a login across su and sudo. */
function ofLogin(event: SecurityEvent): Attribution | null {
  const uid = loginUid.map((field) => singleText(field(event))).find((text) => text !== undefined);
  if (uid === undefined || noLogin.has(uid)) return null;
  const name = singleText(loginName(event));
  const raised = above.some((field) => textsOf(field(event)).some((name) => raising.has(name)));
  return {
    user: name ?? `uid:${uid}`,
    kind: raised ? "sudo" : "login",
    source: "loginuid",
    confidence: confidence.login,
  };
}

function textsOf(value: JsonValue | undefined): readonly string[] {
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value ?? null];
  return list.filter((each) => typeof each === "string");
}

function ofServiceAccount(event: SecurityEvent): Attribution | null {
  const user = singleText(event.enrichment.user);
  if (event.source !== "k8s_audit" || user?.startsWith(serviceAccountPrefix) !== true) return null;
  return { user, kind: "service_account", source: "k8s_audit", confidence: confidence.certain };
}

function isInPod({ container_id, enrichment }: SecurityEvent): boolean {
  return (container_id ?? null) !== null || enrichment.pod !== undefined;
}
