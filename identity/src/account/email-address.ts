import { domainToASCII } from "node:url";

/** An address as its owner wrote it, and the one form under which it is unique. */
export type EmailAddress = { readonly raw: string; readonly canonical: string };

const addressLengthMax = 254;
const localLengthMax = 64;
const labelPattern = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** White space, control characters and what would need quoting: none of them is in an address that people use. */
const localRefused = /[\s\p{C}"(),:;<>@[\\\]]/u;

/**
 * Reads an address; `undefined` when it is none. The canonical form lowers ASCII letters only and takes the domain's
 * IDNA form: any wider folding would make two different mailboxes one account.
 */
export function parseEmail(text: string): EmailAddress | undefined {
  const raw = text.trim();
  const at = raw.lastIndexOf("@");
  const local = raw.slice(0, Math.max(at, 0));
  const domain = domainToASCII(raw.slice(at + 1)).toLowerCase();
  if (at < 1 || local.length > localLengthMax || localRefused.test(local) || hasStrayDot(local)) return undefined;
  if (!isDomain(domain)) return undefined;
  const canonical = `${lowerAscii(local)}@${domain}`;
  return Math.max(raw.length, canonical.length) > addressLengthMax ? undefined : { raw, canonical };
}

const hasStrayDot = (local: string) => local.startsWith(".") || local.endsWith(".") || local.includes("..");

const lowerAscii = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

function isDomain(domain: string): boolean {
  const labels = domain.split(".");
  const isNumeric = /^\d+$/.test(labels.at(-1) ?? "");
  return labels.length > 1 && !isNumeric && labels.every((label) => labelPattern.test(label));
}
