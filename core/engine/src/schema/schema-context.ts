import { isJsonObject, type Json, type JsonSchema } from "@dap/contract";
import { SchemaError } from "./error";
import { compileNode, type Visit } from "./node";

/** Resolves `$ref`s inside one schema; a schema that refers to itself is compiled once. */
export class SchemaContext {
  private readonly targets = new Map<string, { visit: Visit | undefined }>();
  constructor(private readonly root: JsonSchema) {}

  /** The check behind a reference such as `#/$defs/line`. */
  refer(reference: string, path: string): Visit {
    if (!reference.startsWith("#"))
      throw new SchemaError(`${path}/$ref`, "A schema may refer only to its own parts, as in #/$defs/name.");
    const known = this.targets.get(reference);
    const target = known ?? { visit: undefined };
    if (!known) {
      this.targets.set(reference, target);
      target.visit = compileNode(this.find(reference, path), this, reference.slice(1));
    }
    return (value, out, at) => target.visit?.(value, out, at) ?? true;
  }

  private find(reference: string, path: string): JsonSchema {
    let found: unknown = this.root;
    for (const token of reference.slice(1).split("/").slice(1)) {
      const key = decodeURIComponent(token).replaceAll("~1", "/").replaceAll("~0", "~");
      found = readKey(found, key);
    }
    if (typeof found === "boolean" || isJsonObject(found)) return found as JsonSchema;
    throw new SchemaError(`${path}/$ref`, `There is nothing at ${reference}.`);
  }
}

function readKey(holder: unknown, key: string): unknown {
  if (Array.isArray(holder)) return holder[Number(key)];
  return isJsonObject(holder) && Object.hasOwn(holder, key) ? (holder as { [key: string]: Json })[key] : undefined;
}
