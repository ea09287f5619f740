import type { RealtimeMessage, RealtimeRequest } from "@dap/contract";
import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const closed = { additionalProperties: false } as const;
const Topic = Type.String({ maxLength: 200 });
const Published = Type.Union([
  Type.Object({
    kind: Type.Literal("runEvent"),
    runId: Type.String(),
    teamId: Type.String(),
    seq: Type.Integer({ minimum: 1 }),
    event: Type.Object({ kind: Type.String() }),
  }),
  Type.Object({ kind: Type.Literal("runChanged"), teamId: Type.String(), run: Type.Object({ id: Type.String() }) }),
]);
const check = TypeCompiler.Compile(
  Type.Union([
    Type.Object(
      { kind: Type.Literal("subscribe"), topic: Topic, after: Type.Optional(Type.Integer({ minimum: 0 })) },
      closed,
    ),
    Type.Object({ kind: Type.Literal("unsubscribe"), topic: Topic }, closed),
    Type.Object({ kind: Type.Literal("publish"), messages: Type.Array(Published, { maxItems: 1_000 }) }, closed),
  ]),
);

/** The request in a frame; `undefined` when it is none. What services publish is passed on as it is. */
export function parseRequest(frame: string): RealtimeRequest | undefined {
  try {
    const parsed: unknown = JSON.parse(frame);
    if (!check.Check(parsed)) return undefined;
    if (parsed.kind !== "publish") {
      return parsed.kind === "subscribe"
        ? { kind: "subscribe", topic: parsed.topic, after: parsed.after ?? 0 }
        : parsed;
    }
    return { kind: "publish", messages: parsed.messages as unknown as readonly RealtimeMessage[] }; // checked as far as it is read here
  } catch {
    return undefined;
  }
}
