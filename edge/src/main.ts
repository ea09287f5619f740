import { catalogue } from "@dap/connector";
import {
  countAnswers,
  countRuns,
  createHealth,
  type Health,
  isAnswering,
  openInternalPort,
} from "@dap/platform/health";
import { createLogger } from "@dap/platform/log";
import { connect } from "@dap/platform/postgres";
import { serviceFetch } from "@dap/platform/service-token";
import { createApp } from "./app";
import type { EdgeConfig } from "./config";
import { createDocsApp } from "./docs/app";
import { socketPipe } from "./gateway/socket";
import { stopServer } from "./gateway/stop-server";
import { openRoutes } from "./route/open-routes";
import { createPlanCache } from "./route/plan-cache";
import { openRuns } from "./run/open-runs";

export type EdgeParts = {
  /** The webapp's handler, where it runs in the same process. */
  readonly web?: (request: Request) => Promise<Response>;
  readonly health?: Health;
};

/** Longer than an answer takes that waits for nothing but us; whoever waits for a run reads its status later. */
const stopGraceMs = 10_000;

/** Opens the public port once the first routes are known (from data, or from the last snapshot on disk). */
export async function start(
  config: EdgeConfig,
  { web, health = createHealth() }: EdgeParts = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const log = createLogger({ service: "edge" });
  const { sql, close } = connect(config.databaseUrl.reveal(), { max: 4, applicationName: "dap-edge" });
  const runs = openRuns(config, sql, countRuns(health, "edge"), log);
  const data = serviceFetch(config.dataUrl, "edge", config.serviceSecret);
  const { snapshot, feed } = await openRoutes(config.stateDir, data, log);
  const docs = createDocsApp({
    publicUrl: config.publicUrl,
    services: [config.identityUrl, config.teamUrl, config.dataUrl, config.realtimeUrl],
    componentDir: config.componentDir,
    log,
  });
  const publicUrl = new URL(config.publicUrl);

  const app = createApp({
    publicUrl,
    upstreams: {
      identity: config.identityUrl,
      team: config.teamUrl,
      data: config.dataUrl,
      realtime: config.realtimeUrl,
      web: config.webUrl,
    },
    ...(web ? { web } : {}),
    embeds: { origins: config.embedOrigins },
    ownPages: (request) => docs.handle(request),
    log,
    serviceSecret: config.serviceSecret,
    webhook: {
      ...runs,
      snapshot,
      plans: createPlanCache(catalogue),
      catchUp: feed.catchUp,
      publicUrl: config.publicUrl,
      statusUrl: (teamId, runId) => `${config.publicUrl}/api/v1/teams/${teamId}/runs/${runId}`,
      nowMs: Date.now,
    },
  });
  const countAnswer = countAnswers(health, "edge");
  const server = Bun.serve({
    port: config.port,
    hostname: config.hostname,
    reusePort: false,
    maxRequestBodySize: 104_857_600,
    idleTimeout: 75,
    websocket: socketPipe,
    fetch: (request, self) =>
      app(request, self).then((answer) => {
        if (answer) countAnswer(answer.status);
        return answer;
      }),
  });
  health.need("edge: database", isAnswering(sql));
  const internal = openInternalPort(health, config);

  return {
    url: `http://127.0.0.1:${server.port}`,
    stop: async () => {
      await stopServer(server, stopGraceMs);
      await internal?.stop();
      feed.stop();
      runs.stop();
      await close();
    },
  };
}
