import type { Principal } from "@dap/contract";

/** Whose sockets and tickets are counted together: an account's, a key's, a service's. */
export function ownerOf(principal: Principal): string {
  switch (principal.kind) {
    case "account":
      return principal.accountId;
    case "apiKey":
      return principal.keyId;
    case "service":
      return principal.name;
  }
}
