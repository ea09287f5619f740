import type { AccessClaims } from "@dap/contract";
import { newId } from "@dap/platform/id";
import { jwt } from "@elysiajs/jwt";
import type { KeyRing, SigningKey } from "./key-ring";

export const accessTokenSeconds = 300;
export const accessAudience = "dap-api";

/** Signs access tokens: EdDSA, `typ: at+jwt`, five minutes, for the audience `dap-api`. */
export type AccessTokenSigner = (claims: AccessClaims) => Promise<string>;

/** Signs with whatever key is current at the moment of signing. */
export function createAccessTokenSigner(keys: KeyRing, issuer: string): AccessTokenSigner {
  let made: { readonly kid: string; readonly signer: Signer } | undefined;
  return (claims) => {
    const current = keys.current();
    if (made?.kid !== current.kid) made = { kid: current.kid, signer: createSigner(current, issuer) };
    return made.signer.sign({ ...claims, jti: newId() });
  };
}

type Signer = ReturnType<typeof createSigner>;

const createSigner = ({ kid, privateKey }: SigningKey, issuer: string) =>
  jwt({
    name: "signer",
    alg: "EdDSA",
    typ: "at+jwt",
    kid,
    iss: issuer,
    aud: accessAudience,
    exp: `${accessTokenSeconds}s`,
    secret: privateKey,
  }).decorator.signer;
