import { format as formats } from "@cfworker/json-schema";
import { SchemaError } from "./error";
import { asNumber, type Keywords, refuse, type Visit } from "./node";
import { compilePattern } from "./pattern";

/** Formats that are checked; all others only describe. The library's test for `url` takes exponential time. */
const checkedFormats: ReadonlySet<string> = new Set([
  "date",
  "time",
  "date-time",
  "duration",
  "email",
  "hostname",
  "ipv4",
  "ipv6",
  "uuid",
  "uri",
  "uri-reference",
  "json-pointer",
]);
const formatLengthMax = 2_048;

export function textChecks(schema: Keywords, path: string): Visit[] {
  const checks: Visit[] = [];
  const { minLength, maxLength, pattern, format } = schema;
  if (minLength !== undefined) checks.push(length(asNumber(minLength, `${path}/minLength`, true), true));
  if (maxLength !== undefined) checks.push(length(asNumber(maxLength, `${path}/maxLength`, true), false));
  if (pattern !== undefined) checks.push(matches(pattern, `${path}/pattern`));
  if (typeof format === "string" && checkedFormats.has(format)) checks.push(hasFormat(format));
  return checks;
}

function length(limit: number, isMinimum: boolean): Visit {
  const message = `This must have ${isMinimum ? "at least" : "at most"} ${limit} characters.`;
  return (value, out, at) => {
    if (typeof value !== "string") return true;
    const fits = isMinimum ? hasLength(value, limit) : value.length <= limit || !hasLength(value, limit + 1);
    return fits || refuse(out, at, message);
  };
}

/** Whether a text has so many characters. A character may take two units; only a text near the limit is counted. */
function hasLength(text: string, wanted: number): boolean {
  if (text.length < wanted) return false;
  return text.length >= wanted * 2 || [...text].length >= wanted;
}

function matches(pattern: unknown, path: string): Visit {
  if (typeof pattern !== "string") throw new SchemaError(path, "A pattern is a text.");
  const test = compilePattern(pattern, path);
  const message = `This must match ${pattern.slice(0, 200)}.`;
  return (value, out, at) => typeof value !== "string" || test(value) || refuse(out, at, message);
}

function hasFormat(name: string): Visit {
  const test = formats[name];
  const message = `This must be a ${name}.`;
  return (value, out, at) =>
    typeof value !== "string" ||
    (value.length <= formatLengthMax && test !== undefined && test(value)) ||
    refuse(out, at, message);
}
