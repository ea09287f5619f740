/** A path of this site, `/` for anything that a browser might read as another site or that a header cannot carry. */
export const safePath = (path: string | null | undefined): string =>
  path && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(path) ? path : "/";
