const lengthMax = 40;

/** The name of a team as part of a URL: lower-case ASCII letters, digits and hyphens; `team` when nothing is left. */
export function slugify(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replace(/['\u2019]|\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, lengthMax)
    .replace(/^-+|-+$/g, "");
  return slug === "" ? "team" : slug;
}

/** The slug with a random end, for when it is taken by itself. */
export function lengthenSlug(slug: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(4));
  const end = [...bytes].map((byte) => (byte % 36).toString(36)).join("");
  return `${slug}-${end}`;
}
