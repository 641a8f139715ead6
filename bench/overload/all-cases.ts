import { alertStorm } from "./cases/alert-storm.ts";
import { backlog } from "./cases/backlog.ts";
import { keyFlood } from "./cases/key-flood.ts";
import { slowAlerts } from "./cases/slow-alerts.ts";
import { slowRedis } from "./cases/slow-redis.ts";
import type { OverloadCase } from "./overload-case.ts";

/** In the order of the table. */
export const allCases: readonly OverloadCase[] = [slowAlerts, slowRedis, backlog, keyFlood, alertStorm];
