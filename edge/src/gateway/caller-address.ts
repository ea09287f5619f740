import type { Secret } from "@dap/platform/secret";
import { verifyServiceToken } from "@dap/platform/service-token";

/** Carries the service token of the webapp's server when it speaks for a browser; never passed on. */
export const webProofHeader = "x-dap-web";

/** Gives the address that limits are counted by: the connection's, or what the webapp's server says of its browser. */
export const createCallerAddress =
  (serviceSecret: Secret<string>) =>
  async ({ headers }: Request, connectionAddress: string): Promise<string> => {
    const proof = headers.get(webProofHeader);
    const told = headers.get("x-forwarded-for");
    if (proof === null || told === null) return connectionAddress;
    return (await verifyServiceToken(proof, serviceSecret))?.name === "web" ? told : connectionAddress;
  };
