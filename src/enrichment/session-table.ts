/**
 * Sessions by pod, as far as they can still matter. Of one session the record that knows more counts: its end is learnt
 * from a later stage, and an earlier stage that is read again takes nothing back.
 */
import type { Session } from "./session.ts";

export interface SessionTableOptions {
  /** A session whose end is unknown is believed to last so long, milliseconds of event time. */
  readonly maxDuration: number;
  /** Processes that start so long after the end are still taken for its, milliseconds: clocks differ. */
  readonly linger: number;
  /** Sessions kept in all; the oldest go first. */
  readonly maxSessions: number;
}

export class SessionTable {
  readonly #options: SessionTableOptions;
  /** By id, in order of learning. */
  readonly #byId = new Map<string, Session>();
  readonly #byPod = new Map<string, Set<string>>();

  constructor(options: SessionTableOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** False: it says nothing new. */
  learn(session: Session): boolean {
    const known = this.#byId.get(session.session_id);
    if (known !== undefined && (session.closed_at === null || known.closed_at !== null)) return false;
    this.#byId.set(session.session_id, {
      ...session,
      opened_at: Math.min(known?.opened_at ?? session.opened_at, session.opened_at),
    });
    const ofPod = this.#byPod.get(session.pod) ?? new Set();
    this.#byPod.set(session.pod, ofPod.add(session.session_id));
    if (this.#byId.size > this.#options.maxSessions) this.#forget(this.#byId.keys().next().value!);
    return true;
  }

  /** Takes a record of the topic up; `session` null: it is gone. */
  take(id: string, session: Session | null): void {
    if (session === null) this.#forget(id);
    else this.learn(session);
  }

  /** Sessions of the pod that cover the instant, the newest first. `container` undefined: not known. */
  at(pod: string, container: string | undefined, time: number): readonly Session[] {
    const ids = this.#byPod.get(pod);
    if (ids === undefined) return [];
    const { maxDuration, linger } = this.#options;
    return [...ids]
      .map((id) => this.#byId.get(id)!)
      .filter(
        ({ opened_at, closed_at, container: own }) =>
          opened_at <= time &&
          time <= (closed_at === null ? opened_at + maxDuration : closed_at + linger) &&
          (own === null || container === undefined || own === container),
      )
      .sort((a, b) => b.opened_at - a.opened_at);
  }

  #forget(id: string): void {
    const session = this.#byId.get(id);
    if (session === undefined) return;
    this.#byId.delete(id);
    const ofPod = this.#byPod.get(session.pod);
    ofPod?.delete(id);
    if (ofPod?.size === 0) this.#byPod.delete(session.pod);
  }
}
