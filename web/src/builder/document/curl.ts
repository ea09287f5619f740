import type { Json } from "@dap/contract";

/** A command that calls the endpoint, ready for a POSIX shell. */
export const curlFor = (url: string, input: Json): string =>
  `curl -X POST ${quote(url)} -H 'content-type: application/json' -d ${quote(JSON.stringify(input))}`;

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
