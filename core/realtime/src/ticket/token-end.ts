/** When the request's access token expires; `undefined` for an API key. The token was verified before: it is only read here. */
export function tokenEndMs(request: Request): number | undefined {
  const payload = request.headers.get("authorization")?.split(".")[1];
  if (payload === undefined) return undefined;
  // A verified token has an object with a number here.
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { readonly exp: number };
  return exp * 1_000;
}
