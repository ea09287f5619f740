/** One request as a receiver saw it. */
export type Seen = { readonly method: string; readonly key: string | null; readonly atMs: number };

export type Receiver = {
  readonly origin: string;
  /** What came to `/<kind>/<id>`, in order. */
  readonly seen: (id: string) => readonly Seen[];
  readonly stop: () => Promise<void>;
};

/**
 * Somebody else's server, on a port that the platform was allowed to call: `/echo/<id>` answers what it got,
 * `/flaky/<id>?fails=2&status=503` fails so many times first, `/slow/<id>?ms=500` takes its time.
 */
export function startReceiver(port: number): Receiver {
  const calls = new Map<string, Seen[]>();
  const server = Bun.serve({
    port,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const [, kind, id = ""] = pathname.split("/");
      const list = calls.get(id) ?? [];
      calls.set(id, list);
      list.push({ method: request.method, key: request.headers.get("idempotency-key"), atMs: Date.now() });
      if (kind === "slow") await Bun.sleep(Number(searchParams.get("ms")));
      if (kind === "flaky" && list.length <= Number(searchParams.get("fails")))
        return new Response("busy", { status: Number(searchParams.get("status") ?? 503) });
      const query = Object.fromEntries(searchParams);
      return Response.json({ method: request.method, query, body: await request.text(), calls: list.length });
    },
  });
  return {
    origin: `http://127.0.0.1:${port}`,
    seen: (id) => calls.get(id) ?? [],
    stop: () => server.stop(true),
  };
}
