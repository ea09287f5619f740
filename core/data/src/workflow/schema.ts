import { Type } from "@sinclair/typebox";

const closed = { additionalProperties: false } as const;
/** One line of text that can be shown and stored. */
const line = (minLength: number, maxLength: number) =>
  Type.String({ minLength, maxLength, pattern: "^[^\\u0000-\\u001f\\u007f]*$" });

export const Folder = line(0, 200);
export const Tag = line(1, 50);
export const Tags = Type.Array(Tag, { maxItems: 20, uniqueItems: true });
export const Note = Type.String({ maxLength: 2_000, pattern: "^[^\\u0000]*$" });
export const Document = Type.Unknown({ description: "a workflow document, see /schema/workflow.json" });
const filing = { folder: Type.Optional(Folder), tags: Type.Optional(Tags) };

export const NewWorkflowBody = Type.Object({ document: Document, ...filing }, closed);
export const PatchBody = Type.Object({ name: Type.Optional(line(1, 200)), ...filing }, { ...closed, minProperties: 1 });
export const CheckBody = Type.Object({ document: Type.Optional(Document) }, closed);
export const PublishBody = Type.Object({ note: Type.Optional(Note) }, closed);
export const RollbackBody = Type.Object(
  { version: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }), note: Type.Optional(Note) },
  closed,
);
export const EmptyBody = Type.Object({}, closed);
/** Either the document itself or `{ document }`. */
export const RawDocumentBody = Type.Object({}, { additionalProperties: true });

export const ListFilter = {
  folder: Type.Optional(Folder),
  tag: Type.Optional(Tag),
  search: Type.Optional(line(1, 200)),
};
