/** A mail's content. Both forms say the same. */
export type MailContent = { readonly subject: string; readonly text: string; readonly html: string };

/**
 * The templates. None of them repeats what somebody typed into a form (a name, for example): whoever registers a
 * stranger's address could otherwise send that stranger a message of their own in our name.
 */
export const verifyEmailMail = (link: string): MailContent =>
  letter("Confirm your email address", [
    "Welcome to dap. Please confirm that this address is yours:",
    { link, label: "Confirm my address" },
    "The link works once, for 24 hours. If you did not register, ignore this mail.",
  ]);

export const alreadyRegisteredMail = (loginLink: string): MailContent =>
  letter("You already have an account", [
    "Somebody, probably you, tried to register this address with dap. It has an account already, and nothing was changed.",
    { link: loginLink, label: "Log in" },
    "If it was not you, there is nothing to do.",
  ]);

export const resetPasswordMail = (link: string): MailContent =>
  letter("Choose a new password", [
    "Somebody, probably you, forgot the password of this account. Choose a new one here:",
    { link, label: "Choose a new password" },
    "The link works once, for 30 minutes. If it was not you, ignore this mail: the old password stays.",
  ]);

type Paragraph = string | { readonly link: string; readonly label: string };

function letter(subject: string, paragraphs: readonly Paragraph[]): MailContent {
  const text = paragraphs.map((paragraph) => (typeof paragraph === "string" ? paragraph : paragraph.link));
  const html = paragraphs.map((paragraph) =>
    typeof paragraph === "string"
      ? `<p>${escapeHtml(paragraph)}</p>`
      : `<p><a href="${escapeHtml(paragraph.link)}">${escapeHtml(paragraph.label)}</a></p>`,
  );
  return {
    subject,
    text: `${text.join("\n\n")}\n`,
    html: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(subject)}</title><body>${html.join("")}</body></html>`,
  };
}

/** Makes text safe inside HTML elements and quoted attributes. */
export const escapeHtml = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
