import { Failure } from "@dap/platform/failure";
import { Elysia } from "elysia";
import { isLocalClient } from "../attempt/client-network";
import type { IdentityDeps } from "../deps";
import type { Guard } from "../guard";
import { type Html, html, pageResponse } from "../html-page";
import { listMail, type StoredMail } from "./outbox";

/**
 * The mailbox of a laptop, where mail is shown instead of sent. Whoever reads it can use its links: it exists only in
 * that mode, only for clients on this machine, and only where this machine is the platform's address: behind a public one
 * there is a proxy, and everybody's requests come from it.
 */
export const mailboxRoutes = (deps: IdentityDeps, guard: Guard) =>
  new Elysia({ tags: ["Mailbox"] }).use(guard).get("/mailbox", ({ request }) => answerMailbox(deps, request), {
    public: true,
    detail: { summary: "Mail that was not sent because this is a local installation", security: [] },
  });

async function answerMailbox(deps: IdentityDeps, request: Request): Promise<Response> {
  if (!deps.settings.isMailboxShown || !isOnThisMachine(deps.settings.publicUrl) || !isLocalClient(request)) {
    throw new Failure("NOT_FOUND", 404, "There is nothing here.");
  }
  const mails = await listMail(deps.db, deps.mailSealer, 100);
  const shown = mails.map((stored) => viewMail(stored, deps.settings.publicUrl));
  const empty = html`<p>No mail yet. What the platform would send by mail appears here.</p>`;
  return pageResponse("Mailbox", html`<h1>Mailbox</h1>${shown.length > 0 ? shown : empty}`);
}

const isOnThisMachine = (publicUrl: string): boolean =>
  ["localhost", "127.0.0.1", "[::1]"].includes(new URL(publicUrl).hostname);

const viewMail = ({ to, subject, text, createdAt }: StoredMail, publicUrl: string): Html =>
  html`<article><h2>${subject}</h2><small>to ${to}, ${createdAt.toISOString()}</small>${text
    .trim()
    .split("\n\n")
    .map((paragraph) => viewParagraph(paragraph, publicUrl))}</article>`;

const viewParagraph = (paragraph: string, publicUrl: string): Html =>
  paragraph.startsWith(`${publicUrl}/`)
    ? html`<p><a href="${paragraph}">${paragraph}</a></p>`
    : html`<p>${paragraph}</p>`;
