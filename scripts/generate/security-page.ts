/** docs/security.md: how it is secured, with the rights that a start asks for, as they stand in the code. */
import { type Actor, type Need, needs } from "../../src/app/rights.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { aclRules } from "../../src/state/redis/rights.ts";

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

<!-- Generated from src/app/rights.ts and src/state/redis/rights.ts by \`npm run generate\`; edit scripts/generate/security-page.ts. -->

TLS and logins are settings like all others (docs/settings.md, \`kafka.tls.*\`, \`kafka.sasl.*\`, \`redis.*\`,
\`registry.*\`). Secrets have no flags; each can be read from a file: \`CORRAL_KAFKA_SASL_PASSWORD_FILE\`. What is secret is
masked in \`corral config show\` and never logged. A login over a connection that is not encrypted is told at a start.

\`\`\`yaml
kafka:
  brokers: [kafka-1:9093]
  tls: { enabled: true, ca: /etc/corral/ca.pem }
  sasl: { mechanism: SCRAM-SHA-512, username: corral-correlate }
redis:
  url: rediss://redis:6380
  username: corral
registry:
  url: https://registry:8443
  username: corral
\`\`\`

A wrong password, a certificate that nobody vouches for, a right that is missing: the process ends at its start and says
which. A right that is taken away while it runs is told now and then, and work goes on where it is given back.

## Kafka: who needs what

A start asks for exactly these and names what is missing. Read and Write include Describe; nobody needs anything of the
cluster or of transactions. Names stand without \`prefix\`.

| role or command | operations | on | only with |
|---|---|---|---|
${rows.join("\n")}

Producers of events need Write on \`${topics.raw}\`, consumers of alerts Read on \`${topics.alerts}\` and their group.

## Redis: one user

\`\`\`
ACL SETUSER corral on ><password> resetkeys resetchannels -@all ${aclRules("<prefix>")}
\`\`\`

A start asks whether all of these are allowed. Without \`config|get\` it cannot see how often Redis writes to disk and says
so. Corral refuses a Redis that evicts (\`maxmemory-policy\` other than \`noeviction\`), a replica and a cluster, and warns of
one that keeps nothing over a restart.

## Registry

Each subject \`<topic>-value\` of Corral's own topics must be readable and, once, writable: schemas are registered at a start.

## Shown by

\`npx vitest run --project integration test/integration/security.test.ts\`: a broker with TLS, SCRAM and ACLs and a Redis
with TLS and an ACL user; each role and command works with what is listed here and asks for nothing else, and each right
that is taken away ends it with a message that names it. The contract of the state runs under the ACL user in
\`test/integration/redis-access.test.ts\`, against what Redis itself counts.
`;
}

function kindOf({ operations, group, when }: Need): string {
  return JSON.stringify([operations, group === null, when?.text]);
}

function nameOf({ topic, group }: Need): string {
  return group === null ? `\`${topics[topic!]}\`` : `the group \`${groups[group]}\``;
}
