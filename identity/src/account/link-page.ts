import { Failure } from "@dap/platform/failure";
import { type Html, html, pageResponse } from "../html-page";
import { passwordLengthMin } from "./password-policy";

/** The page behind the link that confirms an address. Mail scanners open links: only the button uses the token up. */
export const verifyPage = (token: string): Response =>
  pageResponse(
    "Confirm your address",
    html`<h1>Confirm your email address</h1><form method="post" action="verify-email">${tokenField(token)}<button>Confirm</button></form>`,
  );

/** The page behind the link that lets one choose a new password. */
export const resetPage = (token: string): Response =>
  pageResponse(
    "Choose a new password",
    html`<h1>Choose a new password</h1><form method="post" action="reset">${tokenField(token)}<p><label>New password, at least ${String(passwordLengthMin)} characters <input type="password" name="password" autocomplete="new-password" required></label></p><button>Save</button></form>`,
  );

const tokenField = (token: string): Html => html`<input type="hidden" name="token" value="${token}">`;

/** What a person reads, and a program gets, when the act behind a link was done. */
export type LinkAnswer = { readonly status: string; readonly title: string; readonly home: string };

/** Does the act behind a link: a form is answered with a page, anything else with JSON. */
export async function answerLink(request: Request, act: () => Promise<void>, answer: LinkAnswer): Promise<Response> {
  const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
  try {
    await act();
  } catch (error) {
    if (!isForm || !(error instanceof Failure)) throw error;
    return pageResponse("Not done", html`<h1>That did not work</h1><p>${error.message}</p>`, error.status);
  }
  if (!isForm) return Response.json({ status: answer.status });
  return pageResponse(answer.title, html`<h1>${answer.title}</h1><p><a href="${answer.home}/">Go to dap</a></p>`);
}
