import { type Api, createApi } from "../api/client";
import type { Session, SessionDeps, Sessions } from "./session";

/** What a page gets from the shell around it, through the framework's `platform`. */
export type PageContext = SessionDeps & {
  readonly nonce: string;
  readonly session: Session | undefined;
  readonly sessions: Sessions;
  readonly onError: (error: unknown, request: Request) => void;
};

type WithPlatform = { readonly platform: object };

/** The context of the request being answered. Fails when the page runs outside the shell, which is a fault of wiring. */
export function contextOf({ platform }: WithPlatform): PageContext {
  if ("dap" in platform) return platform.dap as PageContext; // put there by renderPage in entry.web.ts, and nowhere else
  throw new Error("The page was rendered without its shell.");
}

/** The public API with the visitor's own token. */
export function apiOf(event: WithPlatform): Api {
  const { apiBase, fetch, session } = contextOf(event);
  return createApi({
    base: apiBase(),
    fetch,
    headers: session ? { authorization: `Bearer ${session.accessToken}` } : {},
  });
}
