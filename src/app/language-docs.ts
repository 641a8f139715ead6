/** What editors say about the keys of a rule file while one writes it. One sentence each; docs/rules.md says more. */

/** By key; the same key means the same wherever it stands in a condition. */
export type KeyDocs = Readonly<Record<string, string>>;

export const ruleDocs: KeyDocs = {
  id: "Unique name of the rule: lower-case letters, digits and _.",
  name: "Title for people; default: the id.",
  description: "Why it matters, and what may raise it wrongly.",
  severity: "Default: that of the first alert action, else medium.",
  tags: "ATT&CK tactics and techniques as attack.privilege_escalation and attack.t1611; any other tag.",
  window: "How far back from an event its fellows count, both ends included: 30s, 5m, 1h … Default 0s.",
  group_by:
    "What belongs together: container, pod, workload, namespace, node, image, user, process, a field path, or a list of these; [] is one group for everything.",
  where: "Every condition also demands this.",
  conditions: "A list (all must hold), or a map of named conditions with match.",
  match: "Boolean expression over all names of conditions: a and (b or c) and not d.",
  except: "An event that matches one of these takes no part.",
  allowed_lateness: "How long to wait for events out of order; only shortens the installation's.",
  actions: "What is planned when an alert opens; default: alert.",
  for_each: "Judged for each of the listed values of a dimension at every multiple of window.",
  enabled: "false: loaded, but not judged.",
  mode: "shadow: judged beside the live rules, its alerts marked and without actions; default live.",
  tests: "Events in order of arrival and the alerts they must give; `corral rules test` runs them.",
};

export const actionDocs: KeyDocs = {
  type: "alert, isolate_container, capture_forensics, … : what responders know it by.",
  severity: "Severity of the alert or event.",
  emit: "Produces an event of this type instead of an alert, for other rules to read.",
};

export const conditionDocs: KeyDocs = {
  name: "A word for match and for alerts.",
  where: "Which events are relevant.",
  value: "Together with field: where {field: value}.",
  field:
    "A field path: a top-level field, details.x, enrichment.x, or looked up in details, then in enrichment.",
  operator: "How the actual value compares with threshold; default >=.",
  threshold: "Default 1.",
  aggregate:
    "any (some event's value compares), sum (of what is not negative), avg, min, max, median, percentile; default any.",
  percentile: "Which percentile, 0 to 100; default 50.",
  min_count: "So many values, at least, must be there.",
  pattern: "An RE2 pattern; or, of a time_pattern, the name of a calendar pattern or one of its own.",
  ignore_case: "Upper and lower case are the same.",
  sequence:
    "Steps in order: an event type, or {where, runs, by}; {not: {where}} for what must not lie between.",
  within: "Longest time of each hop from one step to the next.",
  until: "No such event between the first and the last step.",
  lookback: "How far back a value counts as seen; default 30d.",
  warmup: "Silence of a young group; default 1d.",
  factor: "How many times the count of the window before.",
  runs: "The step so many times.",
  by: "Fields that are equal in all steps that name them.",
  not: "No such event between its neighbours.",
};

export const testDocs: KeyDocs = {
  name: "A sentence: what is shown.",
  start: "Event time of offset 0; default 2026-01-05T10:00:00Z, a Monday.",
  allowed_lateness: "Default 60s.",
  calendar: "Named time patterns of this test.",
  lists: "Named lists of text of this test, for |expand.",
  events: "In order of arrival; unknown keys go to details.",
  expect: "Exactly these alerts; each key given is compared. []: silence.",
  any_order: "Also in 20 other orders of arrival that respect allowed_lateness.",
  open_end: "Time does not go on after the last event.",
  at: "Event time from start, like 90s; of an alert: when it opened.",
  shadow: "Whether a rule in shadow mode raised it.",
  repeat: "Stands for many events.",
  advance: "No event; event time moves on by so much.",
  rule: "Id of the rule that alerts.",
  last_seen: "Last time at which the rule was satisfied.",
  group: "Group of the alert: dimension to text.",
  severity: "Severity of the alert.",
  actions: "Types of the planned actions.",
  event_count: "Relevant events of the alert.",
  closed: "Whether the alert has closed.",
};

export const testFileDocs: KeyDocs = {
  rules: "Rule files, from this file's folder.",
  pipelines: "Field mappings of Sigma's log sources, from this file's folder; none: names stand as they are.",
  tests: "Tests of these rules.",
};

/** Keys whose text is a duration. */
export const durationKeys: ReadonlySet<string> = new Set([
  "window",
  "allowed_lateness",
  "within",
  "lookback",
  "warmup",
  "every",
  "advance",
]);

/** Keys whose text is an offset from the start of a test. */
export const offsetKeys: ReadonlySet<string> = new Set(["at", "last_seen"]);
