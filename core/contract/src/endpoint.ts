import type { Workflow } from "./workflow/document";

/** A published webhook endpoint as the edge knows it. `id` is 22 base62 characters (128 bits of chance or more). */
export type EndpointRoute = {
  readonly id: string;
  readonly teamId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly paused: boolean;
};

/** One published, immutable version. */
export type PublishedVersion = {
  readonly teamId: string;
  readonly workflowId: string;
  readonly version: number;
  readonly name: string;
  readonly document: Workflow;
};

/**
 * A page of the change feed: all endpoints and versions that changed after `since`. `cursor` is the number to ask from
 * next; asking with it also acknowledges that everything up to it is in force.
 */
export type RouteFeedPage = {
  readonly cursor: number;
  readonly endpoints: readonly EndpointRoute[];
  readonly versions: readonly PublishedVersion[];
  readonly removedEndpoints: readonly string[];
};
