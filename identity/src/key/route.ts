import { Elysia } from "elysia";
import type { IdentityDeps } from "../deps";
import type { Guard } from "../guard";

/** What verifiers of access tokens need to know. */
export const keyRoutes = ({ keys, settings }: IdentityDeps, guard: Guard) =>
  new Elysia({ prefix: "/.well-known", tags: ["Keys"] })
    .use(guard)
    .get("/jwks.json", ({ set }) => cached(set, { ...keys.published() }), {
      public: true,
      detail: { summary: "Public keys of access tokens (RFC 7517)", security: [] },
    })
    .get("/openid-configuration", ({ set }) => cached(set, describeIssuer(settings.publicUrl)), {
      public: true,
      detail: { summary: "Where the keys and endpoints are", security: [] },
    });

/** Shorter than a next key is published before it signs. */
const cacheSeconds = 300;

function cached<T>(set: { headers: { "cache-control"?: string } }, answer: T): T {
  set.headers["cache-control"] = `public, max-age=${cacheSeconds}`;
  return answer;
}

const describeIssuer = (issuer: string) => ({
  issuer,
  jwks_uri: `${issuer}/.well-known/jwks.json`,
  token_endpoint: `${issuer}/api/v1/auth/refresh`,
  id_token_signing_alg_values_supported: ["EdDSA"],
  subject_types_supported: ["public"],
  response_types_supported: ["token"],
});
