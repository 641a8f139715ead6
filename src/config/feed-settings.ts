/** The setting `indicators.feeds`: where a feed of indicators lies, what it looks like, how far it is believed. */
import { z } from "zod";
import { duration, type SettingType } from "./setting-types.ts";

export const feedFormatNames = [
  "stix",
  "misp",
  "feodo",
  "urlhaus",
  "threatfox",
  "csv",
  "plain_list",
] as const;

export interface FeedSettings {
  readonly name: string;
  /** One of both. A path may be a file or a folder. */
  readonly url: string | null;
  readonly path: string | null;
  readonly format: (typeof feedFormatNames)[number];
  readonly everyMs: number;
  readonly confidence: number;
  readonly headersFile: string | null;
  readonly value: string | number;
  readonly delimiter: string;
  readonly exclude: string | null;
  /** Null: as the format is used to. */
  readonly hosts: boolean | null;
  readonly threat: string | null;
  readonly tags: readonly string[];
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const file = z.string().min(1);
const feed = z
  .strictObject({
    name: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/),
    url: z
      .string()
      .regex(/^https?:\/\/\S+$/)
      .refine((url) => URL.canParse(url))
      .optional(),
    path: file.optional(),
    format: z.enum(feedFormatNames),
    every: duration("10s", "30d").schema.default(3_600_000),
    confidence: z.int().min(0).max(100).default(75),
    headers_file: file.optional(),
    value: z.union([z.string().min(1), z.int().min(1).max(1_000)]).default(1),
    delimiter: z.string().min(1).max(4).default(","),
    exclude: z.string().min(1).optional(),
    hosts: z.boolean().optional(),
    threat: z.string().min(1).optional(),
    tags: z.array(z.string().min(1)).default([]),
    timeout: duration("1s", "10m").schema.default(60_000),
    max_bytes: z.int().min(1).max(536_870_912).default(67_108_864),
  })
  .refine(({ url, path }) => (url === undefined) !== (path === undefined));

export const feeds: SettingType<readonly FeedSettings[]> = {
  schema: z
    .array(feed.transform(settingsOf))
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length),
  fromText: (text) => text,
  // Some servers want their key inside of the path.
  show: (all) =>
    JSON.stringify(all.map((one) => ({ ...one, url: one.url && `${new URL(one.url).origin}/…` }))),
  allowed:
    "a list of feeds, each with a name of its own, a format, and a url or a path; docs/indicators.md tells the rest",
};

function settingsOf(given: z.output<typeof feed>): FeedSettings {
  return {
    name: given.name,
    url: given.url ?? null,
    path: given.path ?? null,
    format: given.format,
    everyMs: given.every,
    confidence: given.confidence,
    headersFile: given.headers_file ?? null,
    value: given.value,
    delimiter: given.delimiter,
    exclude: given.exclude ?? null,
    hosts: given.hosts ?? null,
    threat: given.threat ?? null,
    tags: given.tags,
    timeoutMs: given.timeout,
    maxBytes: given.max_bytes,
  };
}
