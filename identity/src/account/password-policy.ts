import commonText from "./common-password.txt" with { type: "text" };

export const passwordLengthMin = 8;
export const passwordLengthMax = 128;

export type PasswordVerdict = "fine" | "tooShort" | "tooLong" | "tooCommon";

/** What the password must not be made of: the address, the name, and what this place is called. */
export type PasswordContext = { readonly email: string; readonly name: string };

const common = new Set(commonText.split("\n"));

/**
 * Judges a new password exactly as received: length in characters, no composition rules, refused when it is on the
 * offline list of common ones, only one or two characters over and over, or the account's own address or name.
 */
export function judgePassword(password: string, context: PasswordContext): PasswordVerdict {
  const characters = [...password];
  if (characters.length < passwordLengthMin) return "tooShort";
  if (characters.length > passwordLengthMax) return "tooLong";
  const folded = password.toLowerCase();
  const isCommon = common.has(folded) || new Set(characters).size < 3 || isOwnWord(folded, context);
  return isCommon ? "tooCommon" : "fine";
}

/** Digits and signs at the end do not make a name a secret. */
function isOwnWord(folded: string, { email, name }: PasswordContext): boolean {
  const address = email.toLowerCase();
  const bare = folded.replace(/[\d\p{P}\p{S}]+$/u, "");
  const words = [address, address.split("@")[0], name.toLowerCase(), name.toLowerCase().replaceAll(/\s/g, "")];
  return words.some((word) => word !== undefined && word !== "" && (folded === word || bare === word));
}
