import { isJsonObject, type Json, ownValue } from "@dap/contract";

/**
 * The value at a dotted path (`customer.address.city`, `lines.0.sku`), by own properties only; the value itself for an
 * empty path; `undefined` where there is none. A property whose name has dots in it is found first.
 */
export function valueAt(value: Json, path: string | undefined): Json | undefined {
  if (path === undefined || path === "") return value;
  if (isJsonObject(value) && Object.hasOwn(value, path)) return value[path];
  let found: Json | undefined = value;
  for (const name of path.split(".")) {
    if (found === undefined || found === null) return undefined;
    if (Array.isArray(found)) found = /^\d{1,9}$/.test(name) ? found[Number(name)] : undefined;
    else found = isJsonObject(found) ? ownValue(found, name) : undefined;
  }
  return found;
}
