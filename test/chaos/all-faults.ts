import type { Fault } from "./fault.ts";
import { changeReplicas } from "./faults/change-replicas.ts";
import { cutKafka } from "./faults/cut-kafka.ts";
import { cutPowerOfRedis } from "./faults/cut-power-of-redis.ts";
import { cutRedis } from "./faults/cut-redis.ts";
import { failOverRedis } from "./faults/fail-over-redis.ts";
import { fillDiskOfRedis } from "./faults/fill-disk-of-redis.ts";
import { fillRedis } from "./faults/fill-redis.ts";
import { freezeWorker } from "./faults/freeze-worker.ts";
import { killBroker } from "./faults/kill-broker.ts";
import { killRedis } from "./faults/kill-redis.ts";
import { killWorker } from "./faults/kill-worker.ts";
import { loseRepliesOfRedis } from "./faults/lose-replies-of-redis.ts";
import { restartBroker } from "./faults/restart-broker.ts";
import { rollingRestart } from "./faults/rolling-restart.ts";
import { swallowKafka } from "./faults/swallow-kafka.ts";
import { swallowRedis } from "./faults/swallow-redis.ts";

/** In the order of the table. */
export const allFaults: readonly Fault[] = [
  killWorker,
  freezeWorker,
  changeReplicas,
  rollingRestart,
  killRedis,
  cutPowerOfRedis,
  failOverRedis,
  cutRedis,
  loseRepliesOfRedis,
  swallowRedis,
  fillRedis,
  fillDiskOfRedis,
  killBroker,
  restartBroker,
  cutKafka,
  swallowKafka,
];
