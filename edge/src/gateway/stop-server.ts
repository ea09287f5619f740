/**
 * Takes no new connections, waits up to `graceMs` for answers under way, then cuts the rest. Left alone, one open page with
 * its socket, or one client that sends a byte now and then, would hold a stop up for ever.
 */
export async function stopServer(
  server: Pick<Bun.Server<unknown>, "stop" | "pendingRequests">,
  graceMs: number,
): Promise<void> {
  void server.stop();
  for (const endMs = Date.now() + graceMs; server.pendingRequests > 0 && Date.now() < endMs; ) await Bun.sleep(20);
  await server.stop(true);
}
