/**
 * Which room may import which. The table is the architecture: docs/architecture.md explains it, this file enforces it.
 * `clock.ts`, `errors.ts`, `oldest-first.ts`, `safe-text.ts` and `version.ts` serve every room.
 */
const mayImport = {
  events: [],
  sources: ["events"],
  enrichment: ["events"],
  rules: ["events"],
  state: ["events"],
  correlation: ["events", "rules", "state"],
  alerts: ["events", "rules", "correlation"],
  actions: ["events", "rules", "alerts"],
  codec: ["events", "enrichment", "alerts", "actions"],
  feeders: ["events", "enrichment"],
  transport: [],
  config: [],
  telemetry: [],
};
const rooms = Object.keys(mayImport);

/** A library that only one place may name. */
const onlyIn = {
  kafkajs: "^src/transport/kafka/",
  "@platformatic/kafka": "^src/transport/kafka/platformatic/",
  ioredis: "^src/state/redis/",
  avsc: "^src/codec/",
  "@kafkajs/confluent-schema-registry": "^src/codec/",
  re2js: "^src/rules/",
  yaml: "^src/(rules|config|sources|feeders)/",
  "@kubernetes/client-node": "^src/feeders/",
  "csv-parse": "^src/enrichment/feeds/",
  tldts: "^src/enrichment/",
  hono: "^src/telemetry/",
  "@hono/node-server": "^src/telemetry/",
  "prom-client": "^src/telemetry/",
  commander: "^src/cli/",
  "cli-table3": "^src/cli/",
};

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: { path: "^src" }, to: { circular: true } },
    { name: "no-unresolvable", severity: "error", from: { path: "^src" }, to: { couldNotResolve: true } },
    {
      name: "no-test-imports",
      severity: "error",
      from: { path: "^src" },
      to: { path: "^(test|bench|scripts)/" },
    },
    ...rooms.map((room) => ({
      name: `room-${room}`,
      severity: "error",
      from: { path: `^src/${room}/` },
      to: {
        path: "^src/",
        pathNot: [
          "^src/(clock|errors|oldest-first|safe-text|version)\\.ts$",
          ...[room, ...mayImport[room]].map((allowed) => `^src/${allowed}/`),
        ],
      },
    })),
    { name: "app-not-cli", severity: "error", from: { path: "^src/app/" }, to: { path: "^src/cli/" } },
    {
      name: "shared-files-stand-alone",
      severity: "error",
      from: { path: "^src/(clock|errors|oldest-first|safe-text|version)\\.ts$" },
      to: { path: "^src/[^/]+/" },
    },
    ...Object.entries(onlyIn).map(([library, place]) => ({
      name: `only-${library.replace(/\W/g, "-")}`,
      severity: "error",
      from: { path: "^src/", pathNot: place },
      to: { path: `^node_modules/${library.replace("/", "\\/")}/` },
    })),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
    },
  },
};
