/** docs/security.md: how it is secured, with the rights that a start asks for, as they stand in the code. */
import { type Actor, type Need, needs } from "../../src/app/rights.ts";
import { registryRequests } from "../../src/codec/registry-access.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { aclRules, usefulCommands } from "../../src/state/redis/rights.ts";

const { topics, groups } = loadConfig({ flags: {}, env: {} });

export function securityPage(): string {
  const rows = (Object.keys(needs) as Actor[]).flatMap((actor) =>
    [...Map.groupBy(needs[actor] as readonly Need[], kindOf).values()].map((alike, index) => {
      const { operations, when } = alike[0]!;
      const who = index === 0 ? `\`${actor}\`` : "";
      return `| ${who} | ${operations.join(", ")} | ${alike.map(nameOf).join(", ")} | ${when?.text ?? ""} |`;
    }),
  );
  return `# Security of an installation

<!-- Generated from src/app/rights.ts, src/state/redis/rights.ts and src/codec/registry-access.ts by \`npm run generate\`; edit scripts/generate/security-page.ts. -->

TLS and logins are settings like all others (docs/settings.md, \`kafka.tls.*\`, \`kafka.sasl.*\`, \`redis.*\`,
\`registry.*\`). Certificates and keys are PEM files; what is wrong with them is told with all other errors of the
settings, and new ones take a restart. A server's certificate is always checked.

Passwords and tokens have no flag, since who may list processes could read it; each can lie in a file that
\`<NAME>_FILE\` names. \`corral config show\` masks them, and logs do not have them.

\`\`\`yaml
kafka:
  brokers: [kafka-1:9093]
  tls: { enabled: true, ca: /etc/corral/ca.pem }
  sasl: { mechanism: SCRAM-SHA-512, username: corral-correlate }
redis:
  url: rediss://redis:6380
  username: corral
  tls: { ca: /etc/corral/ca.pem }
registry:
  url: https://registry:8443
  username: corral # or a token in place of a user
\`\`\`

\`\`\`sh
CORRAL_KAFKA_SASL_PASSWORD_FILE=/run/secrets/kafka CORRAL_REDIS_PASSWORD_FILE=/run/secrets/redis \\
  CORRAL_REGISTRY_PASSWORD_FILE=/run/secrets/registry npx corral run --config corral.yml
\`\`\`

| at a start | what happens |
|---|---|
| a wrong password, a certificate that nobody vouches for or of another name, a missing right | exit code 3, and one line that says which |
| a port that expects TLS and gets none, or the other way round; a broker that expects a login and gets none | exit code 4, and one line that names the settings to look at |
| a Redis that evicts (\`maxmemory-policy\` other than \`noeviction\`), a replica, a cluster | exit code 3 |
| a Redis that keeps nothing over a restart | a warning |
| a password or token that crosses a network without TLS (SCRAM does not send it) | a warning |

A right that is taken away while it runs is told every ten seconds, with its name, and work goes on where it is given
back. Corral logs in to Kafka by SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN, not by OAUTHBEARER. Its own port for health and metrics knows neither TLS nor logins: \`http.host\` says where it listens.

## Kafka: who needs what

A start asks for exactly these and names what is missing. Read and Write include Describe; nobody needs anything of the
cluster or of transactions. Names stand without \`prefix\`.

| role or command | operations | on | only with |
|---|---|---|---|
${rows.join("\n")}

Producers of events need Write on \`${topics.raw}\`, consumers of alerts Read on \`${topics.alerts}\` and their group.

## Redis: one user

\`\`\`
ACL SETUSER corral reset on ><password> ${aclRules("<prefix>")}
\`\`\`

Roles use it, commands do not. A start asks whether all of these are allowed. Only ${usefulCommands.map((each) => `\`+${each}\``).join(" and ")} can be left
out: Corral then has no name in the list of clients, and cannot see how often Redis writes to disk. A URL with the number
of a database takes \`+select\` as well. \`apply.lua\` looks at the user's rights before its first write, so that a right that
is taken away leaves nothing done by half.

## Registry

Every process registers the schemas of all of Corral's topics at its start (subjects \`<topic>-value\`; again where they
are known already), so it must be let do all of this:

| request | what for |
|---|---|
${registryRequests.map(({ request, what }) => `| \`${request}\` | ${what} |`).join("\n")}

## Files

Corral writes no file but compiled code: Node keeps it in \`.cache/compiled\` beside the program, so that the next start takes
two thirds of the time, and only where the process may write there (in the image it may not, and the root can be read-only).
Whoever may write there could change the program as well; the system's temporary folder, which Node would take of itself, is
anybody's. \`NODE_DISABLE_COMPILE_CACHE=1\` keeps nothing, \`NODE_COMPILE_CACHE\` names another folder.

## Shown by

\`npx vitest run --project integration test/integration/security.test.ts test/integration/redis-access.test.ts test/integration/registry-access.test.ts\`

- \`security\`: on a broker with TLS, SCRAM and ACLs and a Redis with TLS and an ACL user each role and command is a user
  of its own. It works with what is listed here, and what the broker's authorizer was asked for is exactly that; each right
  that is taken away ends it with a message that names it; so do wrong passwords, certificates and ports.
- \`redis-access\`: the contract of the state under the ACL user, against what Redis itself counts; without any one of the
  commands a start and the work say so; certificates of clients.
- \`registry-access\`: a registry behind TLS and a login, and what it is asked for.

Unit tests show the rest: \`npx vitest run --project unit test/config test/codec/registry.test.ts test/app/clear-text-logins.test.ts\`.
`;
}

function kindOf({ operations, group, when }: Need): string {
  return JSON.stringify([operations, group === null, when?.text]);
}

function nameOf({ topic, group }: Need): string {
  return group === null ? `\`${topics[topic!]}\`` : `the group \`${groups[group]}\``;
}
