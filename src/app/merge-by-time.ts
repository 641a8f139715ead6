/**
 * Streams of events as one, by event time: the earliest of the streams' heads each time. Within a stream the order of
 * arrival stays, so one event a stream is all that is held.
 */
import type { SecurityEvent } from "../events/security-event.ts";

/** Ends the streams with itself, also when it is left early. */
export async function* mergeByTime(
  streams: readonly AsyncGenerator<SecurityEvent>[],
): AsyncGenerator<SecurityEvent> {
  try {
    const firsts = await Promise.all(streams.map(async (stream) => ({ stream, first: await stream.next() })));
    const heads = firsts.flatMap(({ stream, first }) =>
      first.done === true ? [] : [{ event: first.value, stream }],
    );
    while (heads.length > 0) {
      const first = heads.reduce((least, head) =>
        head.event.timestamp < least.event.timestamp ? head : least,
      );
      yield first.event;
      const { value, done } = await first.stream.next();
      if (done === true) heads.splice(heads.indexOf(first), 1);
      else first.event = value;
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)));
  }
}
