import { describe, expect, test } from "bun:test";
import type { EndpointRoute, PublishedVersion } from "@dap/contract";
import { createSnapshot } from "./snapshot";

const endpoint = (version: number): EndpointRoute => ({
  id: "e1",
  teamId: "t1",
  workflowId: "w1",
  version,
  paused: false,
});
const published = (version: number): PublishedVersion => ({
  teamId: "t1",
  workflowId: "w1",
  version,
  name: "Order",
  document: { dap: 1, name: "Order", trigger: { kind: "webhook" }, steps: [] },
});

describe("the route snapshot", () => {
  test("serves the newest version that the feed told of and forgets the others", () => {
    const snapshot = createSnapshot();
    snapshot.apply({ cursor: 1, endpoints: [endpoint(1)], versions: [published(1)], removedEndpoints: [] });
    snapshot.apply({ cursor: 2, endpoints: [endpoint(2)], versions: [published(2)], removedEndpoints: [] });
    expect(snapshot.findTarget("e1")).toEqual({ route: endpoint(2), version: published(2) });
    expect(snapshot.dump().versions).toEqual([published(2)]);
    expect(snapshot.cursor).toBe(2);
  });
  test("takes a page twice without harm, and never goes back", () => {
    const page = { cursor: 2, endpoints: [endpoint(2)], versions: [published(2)], removedEndpoints: [] };
    const snapshot = createSnapshot(page);
    snapshot.apply(page);
    snapshot.apply({ cursor: 1, endpoints: [], versions: [], removedEndpoints: [] });
    expect(snapshot.dump()).toEqual(page);
  });
  test("drops an endpoint that was removed, with its version", () => {
    const snapshot = createSnapshot({
      cursor: 1,
      endpoints: [endpoint(1)],
      versions: [published(1)],
      removedEndpoints: [],
    });
    snapshot.apply({ cursor: 2, endpoints: [], versions: [], removedEndpoints: ["e1"] });
    expect(snapshot.findTarget("e1")).toBeUndefined();
    expect(snapshot.dump()).toEqual({ cursor: 2, endpoints: [], versions: [], removedEndpoints: [] });
  });
});
