import { type Static, Type } from "@sinclair/typebox";
import type { RunEvent } from "./event";
import type { RunSummary } from "./run";

/** The doorbell rung for a run that has something to do. Lost, doubled, late or reordered: the outcome is the same. */
export const DispatchMessage = Type.Object({
  runId: Type.String({ format: "uuid" }),
  teamId: Type.String({ format: "uuid" }),
  dispatchId: Type.String({ format: "uuid" }),
});
export type DispatchMessage = Static<typeof DispatchMessage>;

/** Topic names carry the tenant and are built only here. */
export const runTopic = (runId: string): string => `run/${runId}`;
export const teamRunsTopic = (teamId: string): string => `team/${teamId}/runs`;

/** What realtime carries to subscribers. `seq` is the run event's number; `team/.../runs` carries summaries as they change. */
export type RealtimeMessage =
  | {
      readonly kind: "runEvent";
      readonly runId: string;
      readonly teamId: string;
      readonly seq: number;
      readonly event: RunEvent;
    }
  | {
      readonly kind: "runChanged";
      readonly teamId: string;
      readonly run: RunSummary & { readonly workflowName: string };
    };

/** Client to realtime, over WebSocket. `after` is the last sequence number seen (0 for all): the rest is sent first. */
export type RealtimeRequest =
  | { readonly kind: "subscribe"; readonly topic: string; readonly after?: number }
  | { readonly kind: "unsubscribe"; readonly topic: string }
  /** Services only. */
  | { readonly kind: "publish"; readonly messages: readonly RealtimeMessage[] };

/** Realtime to client. `refetch` tells a reader that was too slow to read the run again over HTTP and subscribe anew. */
export type RealtimeReply =
  | { readonly kind: "subscribed"; readonly topic: string; readonly seq: number }
  | { readonly kind: "refused"; readonly topic: string; readonly code: string }
  | { readonly kind: "message"; readonly topic: string; readonly message: RealtimeMessage }
  | { readonly kind: "refetch"; readonly topic: string };
