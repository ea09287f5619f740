import type { EndpointRoute, PublishedVersion, RouteFeedPage } from "@dap/contract";

/** What the edge knows of published workflows: enough to run them with nobody else reachable. */
export type Snapshot = {
  readonly cursor: number;
  /** Where an endpoint leads now; one look-up, because every webhook asks. */
  readonly findTarget: (endpointId: string) => Target | undefined;
  /** Takes a page of the feed in; pages may repeat what is known. */
  readonly apply: (page: RouteFeedPage) => void;
  /** Forgets everything: the feed begins anew (a restored database is older than what is known here). */
  readonly clear: () => void;
  readonly dump: () => RouteFeedPage;
};

/** An endpoint with the version that answers it. */
export type Target = { readonly route: EndpointRoute; readonly version: PublishedVersion };

const versionKey = (workflowId: string, version: number): string => `${workflowId}/${version}`;

/** An empty snapshot, or one that starts from a page saved earlier. */
export function createSnapshot(saved?: RouteFeedPage): Snapshot {
  const endpoints = new Map<string, EndpointRoute>();
  const versions = new Map<string, PublishedVersion>();
  const targets = new Map<string, Target>();
  let cursor = 0;
  const apply = (page: RouteFeedPage): void => {
    for (const version of page.versions) versions.set(versionKey(version.workflowId, version.version), version);
    for (const endpoint of page.endpoints) endpoints.set(endpoint.id, endpoint);
    for (const id of page.removedEndpoints) endpoints.delete(id);
    cursor = Math.max(cursor, page.cursor);
    dropUnused(endpoints, versions);
    targets.clear();
    for (const route of endpoints.values()) {
      const version = versions.get(versionKey(route.workflowId, route.version));
      if (version) targets.set(route.id, { route, version });
    }
  };
  if (saved) apply(saved);
  return {
    get cursor() {
      return cursor;
    },
    findTarget: (endpointId) => targets.get(endpointId),
    apply,
    clear: () => {
      endpoints.clear();
      versions.clear();
      targets.clear();
      cursor = 0;
    },
    dump: () => ({
      cursor,
      endpoints: [...endpoints.values()],
      versions: [...versions.values()],
      removedEndpoints: [],
    }),
  };
}

/** Versions that no endpoint points to any more are forgotten: a run keeps its own plan while it lasts. */
function dropUnused(endpoints: ReadonlyMap<string, EndpointRoute>, versions: Map<string, PublishedVersion>): void {
  const used = new Set([...endpoints.values()].map(({ workflowId, version }) => versionKey(workflowId, version)));
  for (const key of versions.keys()) if (!used.has(key)) versions.delete(key);
}
