/**
 * What is made of a writer's schema, by its id in the registry: fetched once, however many records wait for it.
 *
 * An id that cannot be read (no such schema, or one that does not fit) is remembered for a short while: every record of
 * a poisoned producer would ask the registry again. An outage is not remembered; the record itself is tried again.
 */
import { InvalidMessage } from "../errors.ts";

export interface SchemaCache<R> {
  /** Throws or rejects with InvalidMessage or TransientError, as `load` does. */
  get(id: number): R | Promise<R>;
}

export interface SchemaCacheOptions<R> {
  readonly load: (id: number) => Promise<R>;
  /** Known from the start: what we wrote we can read, whatever the registry remembers. */
  readonly known?: ReadonlyMap<number, R>;
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  /** How long an unreadable id is remembered, milliseconds. */
  readonly forgetAfter?: number;
}

/** Unreadable ids remembered at most. */
const maxUnreadable = 1_000;

export function schemaCache<R>(options: SchemaCacheOptions<R>): SchemaCache<R> {
  const { load, now = () => performance.now(), forgetAfter = 10_000 } = options;
  const known = new Map(options.known);
  const loading = new Map<number, Promise<R>>();
  const unreadable = new Map<number, { readonly error: InvalidMessage; readonly until: number }>();

  async function fetch(id: number): Promise<R> {
    try {
      const reader = await load(id);
      known.set(id, reader);
      return reader;
    } catch (error) {
      if (error instanceof InvalidMessage) {
        if (unreadable.size >= maxUnreadable) unreadable.clear();
        unreadable.set(id, { error, until: now() + forgetAfter });
      }
      throw error;
    } finally {
      loading.delete(id);
    }
  }

  return {
    get(id) {
      const reader = known.get(id);
      if (reader !== undefined) return reader;
      const refused = unreadable.get(id);
      if (refused !== undefined && now() < refused.until) throw refused.error;
      const pending = loading.get(id);
      if (pending !== undefined) return pending;
      const fetched = fetch(id);
      loading.set(id, fetched);
      return fetched;
    },
  };
}
