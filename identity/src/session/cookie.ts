/** What identity keeps in a browser: the refresh token, and the mark of a browser its owner has logged in with. */
export type CookieKind = "refresh" | "device";

const secondsOf: Readonly<Record<CookieKind, number>> = { refresh: 30 * 86_400, device: 365 * 86_400 };

/** Names and attributes of the cookies: `__Host-` and Secure over TLS; browsers refuse both over plain HTTP. */
export type CookieJar = {
  read(request: Request, kind: CookieKind): string | undefined;
  /** The `Set-Cookie` header that keeps a value. */
  keep(kind: CookieKind, value: string): string;
  /** The `Set-Cookie` header that removes it. */
  drop(kind: CookieKind): string;
};

export function createCookieJar(publicUrl: string): CookieJar {
  const isTls = publicUrl.startsWith("https:");
  const nameOf = (kind: CookieKind) => `${isTls ? "__Host-" : ""}dap_${kind}`;
  const attributes = `Path=/; HttpOnly; SameSite=Strict${isTls ? "; Secure" : ""}`;
  const write = (kind: CookieKind, value: string, seconds: number) =>
    `${nameOf(kind)}=${value}; Max-Age=${seconds}; ${attributes}`;
  return {
    read: (request, kind) => readCookie(request.headers.get("cookie") ?? "", nameOf(kind)),
    keep: (kind, value) => write(kind, value, secondsOf[kind]),
    drop: (kind) => write(kind, "", 0),
  };
}

function readCookie(header: string, name: string): string | undefined {
  const pair = header
    .split(";")
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`));
  return pair?.slice(name.length + 1);
}
