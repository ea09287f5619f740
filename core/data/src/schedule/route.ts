import { isUuid } from "@dap/platform/id";
import { Type } from "@sinclair/typebox";
import { inTeam } from "../database/connection";
import type { DataDeps } from "../deps";
import { ok } from "../http/answer";
import { type AnyRoute, route } from "../http/declare";
import { pageLimit, pageQuery, toPage } from "../http/page";
import { cursorUnknown } from "../workflow/route";
import { SchedulePage } from "./answer";
import { listSchedules } from "./query";
import { scheduleView } from "./view";

/** The schedules of published workflows. They are made, changed and stopped by publishing, pausing and deleting. */
export const scheduleRoutes = ({ db }: DataDeps): readonly AnyRoute[] => [
  route({
    method: "GET",
    path: "/schedules",
    permission: "workflow:read",
    summary: "List the team's schedules with their next ticks, of the newest workflow first",
    answers: { 200: SchedulePage },
    query: Type.Object(pageQuery, { additionalProperties: false }),
    handle: async ({ teamId, query }) => {
      if (query.cursor !== undefined && !isUuid(query.cursor)) throw cursorUnknown();
      const limit = pageLimit(query.limit);
      const rows = await inTeam(db, teamId, (tx) => listSchedules(tx, teamId, query.cursor, limit + 1));
      const page = toPage(rows, limit, (row) => row.workflowId);
      return ok({ ...page, items: page.items.map(scheduleView) });
    },
  }),
];
