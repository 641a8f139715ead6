/** The formats of feeds, under the names that settings use. */
import type { FeedFormat } from "./candidate.ts";
import { csv } from "./csv.ts";
import { feodo } from "./feodo.ts";
import { misp } from "./misp.ts";
import { plainList } from "./plain-list.ts";
import { stix } from "./stix.ts";
import { threatfox } from "./threatfox.ts";
import { urlhaus } from "./urlhaus.ts";

export const feedFormats = {
  stix,
  misp,
  feodo,
  urlhaus,
  threatfox,
  csv,
  plain_list: plainList,
} as const satisfies Readonly<Record<string, FeedFormat>>;

export type FeedFormatName = keyof typeof feedFormats;
