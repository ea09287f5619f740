import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { createEgress } from "./client";
import { makeCertificate } from "./test-certificate";

const certificate = makeCertificate("svc.test");
const seen: { servername: string | false | null; host: string | undefined }[] = [];
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer(certificate, (request, response) => {
    seen.push({ servername: (request.socket as TLSSocket).servername, host: request.headers.host }); // a TLS server's sockets are TLS sockets
    response.end("ok");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port; // listening on TCP, so neither null nor a path
});
afterAll(() => void server.close());

const ask = async (url: string, ca?: string): Promise<string> => {
  const egress = createEgress({
    allow: [{ kind: "network", cidr: "127.0.0.1/32" }],
    resolve: async () => ["127.0.0.1"],
    ...(ca !== undefined && { ca }),
  });
  const result = await egress.request({ method: "GET", url, timeoutMs: 3_000 });
  egress.close();
  return result.kind === "answered" ? `answered ${result.response.status}` : result.error.code;
};

describe("an encrypted connection", () => {
  test("goes to the checked address and is proven for the name, which is sent as SNI and Host", async () => {
    expect(await ask(`https://svc.test:${port}/`, certificate.cert)).toBe("answered 200");
    expect(await ask(`https://svc.test.:${port}/`, certificate.cert)).toBe("answered 200");
    expect(seen[0]).toEqual({ servername: "svc.test", host: `svc.test:${port}` });
  });

  test("is refused when the certificate is of another name, of an address, or not trusted", async () => {
    const before = seen.length;
    expect(await ask(`https://other.test:${port}/`, certificate.cert)).toBe("TLS_FAILED");
    expect(await ask(`https://127.0.0.1:${port}/`, certificate.cert)).toBe("TLS_FAILED");
    expect(await ask(`https://svc.test:${port}/`)).toBe("TLS_FAILED");
    expect(seen.length).toBe(before);
  });

  test("is not trusted because the environment says that none need be", async () => {
    const script = `const { createEgress } = await import(process.env.EGRESS_CLIENT ?? "");
      const egress = createEgress({ allow: [{ kind: "network", cidr: "127.0.0.1/32" }], resolve: async () => ["127.0.0.1"] });
      const result = await egress.request({ method: "GET", url: "https://svc.test:${port}/" });
      console.log(result.kind === "failed" ? result.error.code : "answered");
      egress.close();`;
    const env = { ...process.env, EGRESS_CLIENT: `${import.meta.dir}/client`, NODE_TLS_REJECT_UNAUTHORIZED: "0" };
    const child = Bun.spawn([process.execPath, "-e", script], { env, stdout: "pipe", stderr: "ignore" });
    expect((await new Response(child.stdout).text()).trim()).toBe("TLS_FAILED");
  });
});
