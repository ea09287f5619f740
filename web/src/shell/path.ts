/** A path of this site, `/` for anything that a browser might read as another site. */
export const safePath = (path: string | null | undefined): string =>
  path && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : "/";
