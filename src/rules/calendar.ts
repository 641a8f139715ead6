/**
 * Time patterns: named ones (`business_hours`, `outside_business_hours`, `weekend`, and whatever the configuration
 * adds) and patterns of a rule's own. They judge local wall time, so daylight saving is `Intl`'s affair, not ours.
 */
import { z } from "zod";

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const hour = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, "a time of day like 09:00");

export const timePatternSchema = z.strictObject({
  days: z.array(z.enum(weekdays)).min(1).optional(),
  from: hour.optional(),
  to: hour.optional(),
  timezone: z.string().refine(isTimeZone, "an IANA time zone like Europe/Berlin").optional(),
  holidays: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "a date like 2026-12-25")).optional(),
  invert: z.boolean().optional(),
});

export type TimePatternOptions = z.infer<typeof timePatternSchema>;

/** Whether the instant (epoch milliseconds) falls in the pattern. Pure. */
export type TimePattern = (t: number) => boolean;

/** Named time patterns, by name. */
export type Calendar = ReadonlyMap<string, TimePattern>;

const builtin: Readonly<Record<string, TimePatternOptions>> = {
  business_hours: { days: ["mon", "tue", "wed", "thu", "fri"], from: "09:00", to: "17:00" },
  weekend: { days: ["sat", "sun"] },
};

/** The built-in patterns, overridden and extended by `named`. `outside_business_hours` follows `business_hours`. */
export function compileCalendar(named: Readonly<Record<string, TimePatternOptions>> = {}): Calendar {
  const calendar = new Map<string, TimePattern>();
  for (const [name, options] of Object.entries({ ...builtin, ...named })) {
    calendar.set(name, compileTimePattern(options));
  }
  const business = calendar.get("business_hours")!;
  if (!calendar.has("outside_business_hours")) {
    calendar.set("outside_business_hours", (t) => !business(t));
  }
  return calendar;
}

/**
 * `from` belongs to the pattern, `to` does not; `from` > `to` wraps over midnight and belongs to the day it begins on;
 * without days every day, without hours the whole day; holidays (local dates) are taken out before `invert`.
 */
export function compileTimePattern(options: TimePatternOptions): TimePattern {
  const localTime = localTimeIn(options.timezone ?? "UTC");
  const days = options.days === undefined ? null : new Set(options.days.map((day) => weekdays.indexOf(day)));
  const from = minutesOf(options.from ?? "00:00");
  const to = minutesOf(options.to ?? "24:00");
  const holidays = new Set(options.holidays ?? []);
  const invert = options.invert ?? false;

  const dayBelongs = (weekday: number, date: string): boolean =>
    (days === null || days.has(weekday)) && !holidays.has(date);

  return (t) => {
    const now = localTime(t);
    let inside: boolean;
    if (from < to) {
      inside = now.minutes >= from && now.minutes < to && dayBelongs(now.weekday, now.date);
    } else if (now.minutes >= from) {
      inside = dayBelongs(now.weekday, now.date);
    } else if (now.minutes < to) {
      inside = dayBelongs((now.weekday + 6) % 7, dayBefore(now.date));
    } else {
      inside = false;
    }
    return inside !== invert;
  };
}

interface LocalTime {
  /** 0 = Sunday. */
  readonly weekday: number;
  readonly minutes: number;
  /** yyyy-mm-dd */
  readonly date: string;
}

function localTimeIn(timezone: string): (t: number) => LocalTime {
  if (timezone === "UTC") {
    return (t) => {
      const date = new Date(t);
      return {
        weekday: date.getUTCDay(),
        minutes: date.getUTCHours() * 60 + date.getUTCMinutes(),
        date: date.toISOString().slice(0, 10),
      };
    };
  }
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  });
  return (t) => {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(t)) part[type] = value;
    const date = `${part.year}-${part.month}-${part.day}`;
    return {
      weekday: new Date(`${date}T00:00:00Z`).getUTCDay(),
      minutes: Number(part.hour) * 60 + Number(part.minute),
      date,
    };
  };
}

function dayBefore(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
}

function minutesOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
