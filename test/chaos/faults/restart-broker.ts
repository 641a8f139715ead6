import type { Fault } from "../fault.ts";

export const restartBroker: Fault = {
  name: "restart of the broker",
  does: "Kafka is shut down in good order and started again",
  times: { short: 1, long: 20 },
  inject: ({ kafka }) => kafka.restart(),
};
