import { defineConfig } from "vitest/config";

/**
 * Three suites: `unit` (no services), `integration` (real Kafka, Redis and registry; see test/services) and `compose`
 * (a container runtime, several minutes).
 */
export default defineConfig({
  test: {
    // The Kafka client computes a negative delay now and then; Node 24 would tell each time.
    execArgv: ["--disable-warning=TimeoutNegativeWarning"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/integration/**", "test/compose/**"],
          // On a busy machine some take half a minute.
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          globalSetup: ["test/services/global-setup.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        test: {
          name: "compose",
          include: ["test/compose/**/*.test.ts"],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
