import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from "kafkajs";
import type { Right } from "../../../src/transport/log.ts";

const operations: Readonly<Record<Right["operation"], AclOperationTypes>> = {
  Read: AclOperationTypes.READ,
  Write: AclOperationTypes.WRITE,
  Create: AclOperationTypes.CREATE,
  Describe: AclOperationTypes.DESCRIBE,
  DescribeConfigs: AclOperationTypes.DESCRIBE_CONFIGS,
};
const resources = { Topic: AclResourceTypes.TOPIC, Group: AclResourceTypes.GROUP };

/** Grants and takes rights as an operator would, and waits until the broker holds to it. */
export class KafkaAcls {
  readonly #admin: Admin;

  /** `address`: of a listener where one may do everything. */
  constructor(address: string) {
    const retry = { initialRetryTime: 50 };
    this.#admin = new Kafka({ brokers: [address], logLevel: logLevel.NOTHING, retry }).admin();
  }

  async grant(user: string, rights: readonly Right[]): Promise<void> {
    await this.#admin.createAcls({ acl: rights.map((right) => ({ ...entry(user, right), ...allow })) });
    await Promise.all(rights.map((right) => this.#untilCounted(user, right, 1)));
  }

  async revoke(user: string, rights: readonly Right[]): Promise<void> {
    await this.#admin.deleteAcls({ filters: rights.map((right) => ({ ...entry(user, right), ...allow })) });
    await Promise.all(rights.map((right) => this.#untilCounted(user, right, 0)));
  }

  async open(): Promise<void> {
    await this.#admin.connect();
  }

  async close(): Promise<void> {
    await this.#admin.disconnect();
  }

  async #untilCounted(user: string, right: Right, count: number): Promise<void> {
    for (;;) {
      const { resources: found } = await this.#admin.describeAcls({ ...entry(user, right), ...allow });
      if (found.length === count) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const allow = { permissionType: AclPermissionTypes.ALLOW };

function entry(user: string, { operation, resource, name }: Right) {
  return {
    resourceType: resources[resource],
    resourceName: name,
    resourcePatternType: ResourcePatternTypes.LITERAL,
    principal: `User:${user}`,
    host: "*",
    operation: operations[operation],
  };
}
