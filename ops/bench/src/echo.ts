/** The baseline: a bare `Bun.serve` that answers a JSON body with itself, and a price for the `call` workflow's GET. */
const server = Bun.serve({
  port: Number(process.argv[2]),
  hostname: "127.0.0.1",
  fetch: async (request) =>
    request.method === "GET" ? Response.json({ sku: "tea", price: 4.2 }) : Response.json(await request.json()),
});
console.log(`ready ${server.port}`);
