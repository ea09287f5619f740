/** A schema that cannot be used. `path` is a JSON Pointer to the part at fault. */
export class SchemaError extends Error {
  override readonly name = "SchemaError";
  constructor(
    readonly path: string,
    message: string,
  ) {
    super(message);
  }
}
