import { start as startCompute } from "@dap/compute";
import { start as startData } from "@dap/data";
import { start as startEdge } from "@dap/edge";
import { start as startIdentity } from "@dap/identity";
import { findFreePort } from "@dap/platform/free-port";
import { createLogger } from "@dap/platform/log";
import { Secret } from "@dap/platform/secret";
import { start as startRealtime } from "@dap/realtime";
import { start as startTeam } from "@dap/team";
import { createBroker } from "./broker";
import { databases, voidLeases } from "./database";
import { loadWeb } from "./web";

/** What the whole platform in one process needs to know. */
export type AllConfig = {
  readonly port: number;
  readonly hostname: string;
  readonly publicUrl: string;
  /** A role with CREATEDB and CREATEROLE on the one cluster that holds the three databases. */
  readonly adminDatabaseUrl: Secret<string>;
  readonly secretDir: string;
  readonly stateDir: string;
  readonly brokerUrl: string | undefined;
  readonly egressAllow: readonly string[];
  readonly smtpUrl: string | undefined;
  readonly requireVerifiedEmail: boolean;
  readonly serviceSecret: Secret<string>;
  readonly rolePasswords: (role: string) => Promise<Secret<string>>;
};

export type Running = { readonly url: string; readonly stop: () => Promise<void> };

const hostname = "127.0.0.1";

/**
 * Starts every service on a free loopback port, then the edge on the public one: the port opens only when all are ready.
 * When one cannot start, those before it are stopped and its error is thrown.
 */
export async function startAll(config: AllConfig): Promise<Running> {
  const log = createLogger({ service: "dap" });
  const { publicUrl, serviceSecret, secretDir } = config;
  const urls = await databases(config);
  const running: Running[] = [];
  const keep = async <T extends Running>(starting: Promise<T>): Promise<T> => {
    const service = await starting;
    running.push(service);
    return service;
  };
  const stop = async (): Promise<void> => {
    for (const service of running.splice(0).reverse())
      await service.stop().catch((error: unknown) => log.warn("A service did not stop cleanly.", { error }));
  };
  try {
    // Services that name each other get ports before they start; the edge alone waits for all of them.
    const [identityPort, teamPort, dataPort, realtimePort] = await Promise.all([
      findFreePort(),
      findFreePort(),
      findFreePort(),
      findFreePort(),
    ]);
    const at = (port: number): string => `http://${hostname}:${port}`;
    const [identityUrl, teamUrl, dataUrl, realtimeUrl] = [
      at(identityPort),
      at(teamPort),
      at(dataPort),
      at(realtimePort),
    ];
    const broker = await createBroker(config.brokerUrl, urls, log);
    running.push({ url: "", stop: () => broker.close() });
    const common = { hostname, publicUrl, serviceSecret };

    await Promise.all([
      keep(
        startIdentity({
          ...common,
          port: identityPort,
          databaseUrl: urls.role("dap_identity"),
          ownerDatabaseUrl: urls.owner("identity"),
          secretDir,
          teamUrl,
          mail: config.smtpUrl
            ? { kind: "smtp", url: new Secret(config.smtpUrl), from: "dap <no-reply@localhost>" }
            : { kind: "mailbox" },
          requireVerifiedEmail: config.requireVerifiedEmail,
        }),
      ),
      keep(
        startTeam({
          ...common,
          port: teamPort,
          databaseUrl: urls.role("dap_team"),
          ownerDatabaseUrl: urls.owner("team"),
          identityUrl,
          dataUrl,
        }),
      ),
      keep(
        startData(
          {
            ...common,
            port: dataPort,
            databaseUrl: urls.role("dap_data"),
            systemDatabaseUrl: urls.role("dap_data_system"),
            ownerDatabaseUrl: urls.owner("data"),
            brokerUrl: undefined,
            identityUrl,
            realtimeUrl,
            connectionsMax: 8,
            sweepEveryMs: 250,
            unclaimedMs: 30_000,
          },
          { broker },
        ),
      ),
    ]);
    if (config.brokerUrl === undefined) await voidLeases(urls);
    await keep(startRealtime({ ...common, port: realtimePort, identityUrl, dataUrl }, { broker }));
    await keep(
      startCompute(
        { databaseUrl: urls.role("dap_compute"), realtimeUrl, serviceSecret, egressAllow: config.egressAllow },
        { broker },
      ),
    );
    const web = await loadWeb(publicUrl, () => `http://${hostname}:${config.port}`);
    const edge = await keep(
      startEdge(
        {
          port: config.port,
          hostname: config.hostname,
          publicUrl,
          serviceSecret,
          databaseUrl: urls.role("dap_edge"),
          identityUrl,
          teamUrl,
          dataUrl,
          realtimeUrl,
          webUrl: "",
          stateDir: `${config.stateDir}/edge`,
          componentDir: new URL("../../../component/dist", import.meta.url).pathname,
          egressAllow: config.egressAllow,
        },
        { web },
      ),
    );
    return { url: edge.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
