import { createRabbitBroker } from "@dap/platform/broker";
import { createAuthenticator } from "@dap/platform/guard";
import { countAnswers, createHealth, type Health, openInternalPort } from "@dap/platform/health";
import { createLogger } from "@dap/platform/log";
import { serviceFetch } from "@dap/platform/service-token";
import { createApp } from "./app";
import type { RealtimeConfig } from "./config";
import { listen } from "./server";
import { createTicketStore } from "./ticket/store";
import { createHub } from "./topic/hub";
import { createRunSource } from "./topic/run-source";

/** Starts the realtime server. `stop` tells every socket to come back elsewhere; `health` is shared where the process is. */
export async function start(
  config: RealtimeConfig,
  health: Health = createHealth(),
): Promise<{ url: string; stop: () => Promise<void> }> {
  const { publicUrl, identityUrl, dataUrl, serviceSecret, hostname = "127.0.0.1" } = config;
  const log = createLogger({ service: "realtime" });
  const own =
    config.broker === undefined && config.brokerUrl !== undefined
      ? await createRabbitBroker(config.brokerUrl, { log, name: "realtime" })
      : undefined;
  const broker = config.broker ?? own;
  const authenticate = createAuthenticator({
    jwksUrl: `${identityUrl}/.well-known/jwks.json`,
    issuer: config.jwtIssuer ?? publicUrl,
    audience: "dap-api",
    serviceSecret,
  });
  const tickets = await createTicketStore(Date.now, broker);
  const hub = await createHub(broker);
  const app = createApp({ log, authenticate, tickets });
  const count = countAnswers(health, "realtime");
  const server = listen({
    log,
    hub,
    tickets,
    authenticate,
    hostname,
    port: config.port,
    source: createRunSource(serviceFetch(dataUrl, "realtime", serviceSecret)),
    origins: new Set([publicUrl, ...(config.extraOrigins ?? [])].map((url) => new URL(url).origin)),
    fetch: async (request) => {
      const answer = await app.handle(request);
      count(answer.status);
      return answer;
    },
  });
  if (broker) health.need("realtime: broker", () => broker.connected);
  health.metrics.gauge("dap_sockets_open", "Open sockets, of people and of services.", server.sockets);
  const internal = openInternalPort(health, config);
  return {
    url: `http://${hostname}:${server.port}`,
    stop: async () => {
      await server.stop();
      await internal?.stop();
      await Promise.all([hub.close(), tickets.close()]);
      await own?.close();
    },
  };
}
