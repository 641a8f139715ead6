import { AccessRefused, messageOf } from "../../errors.ts";
import type { Right } from "../log.ts";
import { rightsText } from "../rights-text.ts";
import { isRefused, isRightRefused } from "./kafka-error.ts";

/** Whoever was refused is refused the next time, too, until somebody grants it: it is tried again at this pace. */
export const refusedRetryMs = 10_000;

/**
 * What to tell of an error of running work that is a refusal; null for any other. The client does not say which right
 * it was denied, so `denied` asks.
 */
export async function refusalOf(
  error: unknown,
  denied: () => Promise<readonly Right[]>,
): Promise<string | null> {
  const aboutRights = isRightRefused(error) || error instanceof AccessRefused || isLostCoordinator(error);
  const rights = aboutRights ? await denied().catch(() => []) : [];
  if (rights.length > 0) return `Kafka must allow ${rightsText(rights)}: current value is denied`;
  return isRefused(error) || error instanceof AccessRefused ? messageOf(error) : null;
}

/** All that the client says where a group is denied. */
function isLostCoordinator(error: unknown): boolean {
  return error instanceof Error && error.name === "KafkaJSGroupCoordinatorNotFound";
}
