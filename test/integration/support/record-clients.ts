/** The libraries that may send and read the records of the Kafka log: what holds for one must hold for each. */
export const recordClients = ["kafkajs", "platformatic"] as const;
