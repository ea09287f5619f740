import { StepFault } from "@dap/contract";

type Scalar = string | number | boolean | null;

/** The URL with further query parameters, percent-encoded: a list repeats its name, `null` is left out. */
export function urlWithQuery(url: string, query: Readonly<Record<string, Scalar | readonly Scalar[]>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((one) => one !== null).map((one) => [name, String(one)] as const),
  );
  if (pairs.length === 0) return url;
  const parsed = URL.parse(url);
  if (!parsed) throw new StepFault("EGRESS_URL", "The URL cannot be read.");
  for (const [name, value] of pairs) parsed.searchParams.append(name, value);
  return parsed.href;
}
