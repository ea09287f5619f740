import type { Permission, Principal } from "@dap/contract";
import type { Static, TSchema } from "@sinclair/typebox";
import type { Answer } from "./answer";

/** A request that has passed every check its route declares. */
export type Call<Resource, Body, Query> = {
  readonly request: Request;
  readonly principal: Principal;
  readonly teamId: string;
  readonly params: Readonly<Record<string, string>>;
  readonly resource: Resource;
  readonly body: Body;
  readonly query: Query;
  /** The draft version that the caller saw (`If-Match`); `undefined` when any will do. */
  readonly ifMatch: number | undefined;
};

/**
 * One route below `/api/v1/teams/:teamId`. A route exists only as such a declaration, so that none is without a
 * permission, and the checks come in one order everywhere: 401, 404, 403, 428/412, then query and body (422).
 */
export type Route<Resource, B extends TSchema, Q extends TSchema> = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: `/${string}`;
  readonly permission: Permission;
  readonly summary: string;
  /** What it answers when it does as it is asked, by status; without a schema the answer has no body. */
  readonly answers: Readonly<Record<number, TSchema | undefined>>;
  /** The thing that the path names; `undefined` when the team has no such thing, which is answered 404. */
  readonly find?: (teamId: string, params: Readonly<Record<string, string>>) => Promise<Resource | undefined>;
  /** `required`: 428 without `If-Match`. With either, 412 when it is not the version given by `versionOf`. */
  readonly ifMatch?: "required" | "allowed";
  readonly versionOf?: (resource: Resource) => number;
  readonly body?: B;
  readonly query?: Q;
  readonly handle: (call: Call<Resource, Static<B>, Static<Q>>) => Promise<Answer>;
};

/** A declaration whose types have done their work. */
export type AnyRoute = Route<unknown, TSchema, TSchema>;

/** Declares a route; the types of `find`, `body` and `query` flow into `handle`. */
export const route = <Resource, B extends TSchema = TSchema, Q extends TSchema = TSchema>(
  declaration: Route<Resource, B, Q>,
): AnyRoute =>
  // `performRoute` hands `handle` exactly what `find`, `body` and `query` gave.
  declaration as unknown as AnyRoute;
