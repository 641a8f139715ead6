import { describe, expect, it } from "vitest";
import { read, readOne } from "./support.ts";

const id = "ede54ee1afda366ab42f824e8a5ffd195155d853ceaec74a927f249ea270c743";
const nano = 1461943101384;
/** As docs/reference/api of moby prints it. */
const event = (Action: string, Attributes: object = {}, more: object = {}) =>
  `{"status":"${Action}","id":"${id}","from":"alpine:3.20","Type":"container","Action":"${Action}",` +
  `"Actor":{"ID":"${id}","Attributes":${JSON.stringify({ image: "alpine:3.20", name: "box", ...Attributes })}},` +
  `"scope":"local","time":1461943101,"timeNano":${nano}000999,"more":${JSON.stringify(more)}}`;

describe("docker", () => {
  it("reads an event, its nanoseconds to the digit", () => {
    expect(
      readOne(event("start", { "io.kubernetes.pod.name": "web-1", "io.kubernetes.pod.namespace": "shop" })),
    ).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      timestamp: nano,
      container_id: id,
      type: "container_start",
      severity: "info",
      source: "docker",
      details: expect.objectContaining({ action: "start", container_name: "box", timeNano: `${nano}000999` }),
      enrichment: { image: "alpine:3.20", namespace: "shop", pod: "web-1" },
    });
  });

  it("tells a container's life, and of its end once", () => {
    const type = (action: string) => readOne(event(action)).type;
    const end = ["kill", "die", "stop", "destroy"].map(type);
    expect(end).toEqual([
      "docker.container_kill",
      "container_stop",
      "docker.container_stop",
      "docker.container_destroy",
    ]);
    expect(
      ["create", "start", "restart", "oom", "health_status: healthy", "health_status: unhealthy"].map(type),
    ).toEqual([
      "docker.container_create",
      "container_start",
      "container_restart",
      "container_oom",
      "container_ready",
      "docker.container_health_status",
    ]);
    expect(readOne(event("die", { exitCode: "137" })).details).toMatchObject({ exit_code: 137 });
  });

  it("reads the command of an exec", () => {
    const begun = readOne(event("exec_start: sh -c id: x", { execID: "8ce3" }));
    expect(begun).toMatchObject({
      type: "exec_into_container",
      severity: "low",
      details: { cmdline: "sh -c id: x", exec_id: "8ce3", action: "exec_start" },
    });
    expect(readOne(event("exec_create: sh -c id: x")).type).toBe("docker.container_exec_create");
  });

  it("reads what happens to images, networks and volumes", () => {
    const of = (Type: string, Action: string, Actor: object) =>
      readOne({ Type, Action, Actor, time: 1461943101 });
    expect(of("image", "pull", { ID: "alpine:3.20", Attributes: { name: "alpine" } })).toMatchObject({
      type: "image_pull",
      container_id: null,
      timestamp: 1461943101000,
      enrichment: { image: "alpine:3.20" },
    });
    expect(of("network", "connect", { ID: "n", Attributes: { container: id } })).toMatchObject({
      type: "docker.network_connect",
      container_id: id,
    });
    expect(of("image", "delete", { ID: "sha256:ab" }).enrichment).toEqual({ image_digest: "sha256:ab" });
  });

  it("reads the older generation, under the same ids", () => {
    const old = { status: "die", id, from: "alpine:3.20", time: 1461943101, timeNano: `${nano}000999` };
    const { type, container_id, enrichment, timestamp, id: eventId } = readOne(old);
    expect({ type, container_id, enrichment, timestamp }).toEqual({
      type: "container_stop",
      container_id: id,
      enrichment: { image: "alpine:3.20" },
      timestamp: nano,
    });
    expect(eventId).toBe(readOne(event("die")).id);
    expect(readOne({ status: "pull", id: "alpine:3.20", time: 1461943101 }).type).toBe("image_pull");
    expect(readOne({ status: "done", id: "job-1", time: 1461943101 }).source).toBe("unmapped");
  });

  it("has another id for each action, time and exec", () => {
    const texts = [
      event("start"),
      event("die"),
      event("start").replace("000999", "000998"),
      event("exec_start: a", { execID: "1" }),
      event("exec_start: a", { execID: "2" }),
    ];
    expect(new Set(texts.map((text) => readOne(text).id)).size).toBe(texts.length);
    expect(readOne(event("start", {}, { receipt: 2 })).id).toBe(readOne(event("start")).id);
  });

  it("reads strange content", () => {
    const odd = { Type: "container", Action: "", Actor: { ID: 7, Attributes: [1] }, time: 1461943101 };
    expect(read(odd)).toMatchObject([{ type: "docker.container", container_id: null, enrichment: {} }]);
  });
});
