import { Type } from "@sinclair/typebox";
import { Instant, pageOf } from "../http/answer-schema";
import { Endpoint, EndpointOrNone, Problems } from "../workflow/answer";
import { Document } from "../workflow/schema";

const closed = { additionalProperties: false } as const;

const head = {
  version: Type.Integer(),
  name: Type.String(),
  note: Type.String(),
  active: Type.Boolean({ description: "whether calls run this version" }),
  createdBy: Type.Object({ kind: Type.String(), id: Type.String() }, closed),
  createdAt: Instant,
};

export const PublishedAnswer = Type.Object(
  { version: Type.Integer(), endpoint: EndpointOrNone, problems: Problems },
  { ...closed, description: "`problems` are warnings: errors would have been refused" },
);
export const RotatedAnswer = Type.Object({ endpoint: Endpoint }, closed);
export const VersionPage = pageOf(Type.Object(head, closed));
export const VersionAnswer = Type.Object({ ...head, document: Document }, closed);
const Draft = Type.Object({ version: Type.Null(), name: Type.String(), document: Document }, closed);
export const DiffAnswer = Type.Object({ from: VersionAnswer, to: Type.Union([VersionAnswer, Draft]) }, closed);
