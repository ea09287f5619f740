import { type RunningServer, serve } from "./serve";

export type InternalServerOptions = {
  /** What is not ready yet, by name; empty when all is. */
  readonly ready: () => readonly string[] | Promise<readonly string[]>;
  /** Metrics in the Prometheus text format. */
  readonly metrics: () => string | Promise<string>;
  readonly port?: number;
  readonly hostname?: string;
};

/** Serves `/healthz`, `/readyz` and `/metrics` on a port of its own, which is never public. */
export const internalServer = ({
  ready,
  metrics,
  port = 0,
  hostname = "127.0.0.1",
}: InternalServerOptions): RunningServer =>
  serve(
    async (request) => {
      switch (new URL(request.url).pathname) {
        case "/healthz":
          return Response.json({ status: "alive" });
        case "/readyz": {
          const missing = await ready();
          return Response.json(
            { status: missing.length === 0 ? "ready" : "waiting", missing },
            { status: missing.length === 0 ? 200 : 503 },
          );
        }
        case "/metrics":
          return new Response(await metrics(), { headers: { "content-type": "text/plain; version=0.0.4" } });
        default:
          return new Response(null, { status: 404 });
      }
    },
    { port, hostname },
  );
