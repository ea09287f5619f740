import { type TSchema, Type } from "@sinclair/typebox";
import { scheduleWays, waitWays } from "./document";

/** Limits of one document (security.md, section 2.7). */
export const workflowLimits = { stepsMax: 1_000, depthMax: 32, bytesMax: 1_048_576, idLengthMax: 64 } as const;

const closed = { additionalProperties: false } as const;
const AnyJson = Type.Unknown({ description: "any JSON; strings may hold {{ expressions }}" });
const Expression = Type.String({ description: "a string with {{ an expression }}", maxLength: 8_192 });
const Milliseconds = (maximum: number) => Type.Integer({ minimum: 1, maximum });
const yearMs = 366 * 86_400_000;
const Id = Type.String({
  pattern: "^[a-z][A-Za-z0-9_]{0,63}$",
  description: "unique in the document; the name in steps.<id>",
});
const Name = Type.String({ pattern: "^[a-z][A-Za-z0-9_]{0,63}$" });
const Schema = Type.Union([Type.Boolean(), Type.Object({}, { additionalProperties: true })], {
  description: "JSON Schema",
});

const Retry = Type.Object(
  {
    attemptsMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    delayMsMin: Type.Optional(Type.Integer({ minimum: 0, maximum: yearMs })),
    delayMsMax: Type.Optional(Type.Integer({ minimum: 0, maximum: yearMs })),
    factor: Type.Optional(Type.Number({ minimum: 1, maximum: 100 })),
  },
  closed,
);

/** `steps` is the schema of a list of child steps: a `$ref` in the published schema, any objects when a parser descends itself. */
const common = (steps: TSchema) => ({
  id: Id,
  when: Type.Optional(Expression),
  retry: Type.Optional(Retry),
  timeoutMs: Type.Optional(Milliseconds(yearMs)),
  onError: Type.Optional(Type.Union([Type.Literal("fail"), Type.Literal("continue"), Type.Object({ steps }, closed)])),
  note: Type.Optional(Type.String({ maxLength: 10_000 })),
  disabled: Type.Optional(Type.Boolean()),
  pin: Type.Optional(AnyJson),
  after: Type.Optional(Type.Array(Id, { maxItems: 100 })),
});

/** One of these is named; the parser sees to it, and editors by the published schema's `oneOf`. */
const waitFields = {
  durationMs: Type.Optional(Type.Union([Type.Integer({ minimum: 0, maximum: yearMs }), Expression])),
  until: Type.Optional(
    Type.Union([
      Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000, description: "Unix milliseconds" }),
      Type.String({ minLength: 1, maxLength: 8_192, description: "ISO 8601 with a zone, or {{ an expression }}" }),
    ]),
  ),
  event: Type.Optional(
    Type.Object(
      {
        name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
        timeoutMs: Type.Optional(Type.Union([Milliseconds(yearMs), Expression])),
        schema: Type.Optional(Schema),
      },
      closed,
    ),
  ),
  approval: Type.Optional(
    Type.Object(
      {
        title: Type.String({ minLength: 1, maxLength: 8_192 }),
        approvers: Type.Optional(
          Type.Array(Type.String({ minLength: 1, maxLength: 320 }), { minItems: 1, maxItems: 100 }),
        ),
        deadlineMs: Type.Optional(Type.Union([Milliseconds(yearMs), Expression])),
        needed: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
      },
      closed,
    ),
  ),
};

/** Schema of each control step, by `use`. */
export const controlStepSchemas = (steps: TSchema) => {
  const step = (use: string, own: Record<string, TSchema>, more: object = {}) =>
    Type.Object({ ...common(steps), use: Type.Literal(use), ...own }, { ...closed, ...more });
  return {
    if: step("if", { when: Expression, then: steps, else: Type.Optional(steps) }),
    switch: step("switch", {
      value: Expression,
      cases: Type.Array(Type.Object({ is: AnyJson, steps }, closed), { minItems: 1, maxItems: 100 }),
      default: Type.Optional(steps),
    }),
    forEach: step("forEach", {
      items: Expression,
      as: Name,
      concurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 })),
      batch: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
      collect: Type.Optional(AnyJson),
      steps,
    }),
    while: step("while", {
      condition: Expression,
      as: Type.Optional(Name),
      roundsMax: Type.Integer({ minimum: 1, maximum: 1_000_000 }),
      steps,
    }),
    parallel: step("parallel", {
      branches: Type.Record(Type.String({ pattern: "^[a-z][A-Za-z0-9_]{0,63}$" }), steps, {
        minProperties: 1,
        maxProperties: 100,
        additionalProperties: false,
      }),
      join: Type.Optional(
        Type.Union([Type.Literal("all"), Type.Literal("any"), Type.Integer({ minimum: 1, maximum: 100 })]),
      ),
    }),
    graph: step("graph", { steps }),
    try: step("try", { steps, catch: Type.Optional(steps), finally: Type.Optional(steps) }),
    wait: step("wait", waitFields, { oneOf: waitWays.map((way) => ({ required: [way] })) }),
    respond: step("respond", {
      with: Type.Object(
        {
          status: Type.Optional(AnyJson),
          headers: Type.Optional(Type.Record(Type.String(), AnyJson)),
          body: Type.Optional(AnyJson),
        },
        closed,
      ),
    }),
    return: step("return", { output: Type.Optional(AnyJson) }),
    fail: step("fail", {
      with: Type.Object(
        {
          code: Type.Optional(Type.String({ pattern: "^[A-Z][A-Z0-9_]{0,63}$" })),
          message: Type.String({ minLength: 1 }),
        },
        closed,
      ),
    }),
  } as const;
};

export const plainStepSchema = (steps: TSchema) =>
  Type.Object(
    {
      ...common(steps),
      use: Type.String({
        pattern: "^[a-z][A-Za-z0-9-]*\\.[a-z][A-Za-z0-9]*$",
        maxLength: 128,
        description: "<connector>.<action>",
      }),
      with: Type.Optional(Type.Object({}, { additionalProperties: true })),
      connection: Type.Optional(Type.String({ minLength: 1, maxLength: 128 })),
      effect: Type.Optional(Type.Union([Type.Literal("retry"), Type.Literal("atMostOnce"), Type.Literal("keyed")])),
    },
    closed,
  );

const Method = Type.Union(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].map((method) => Type.Literal(method)));

export const triggerSchemas = {
  webhook: Type.Object(
    {
      kind: Type.Literal("webhook"),
      reply: Type.Optional(Type.Union([Type.Literal("accepted"), Type.Literal("result")])),
      methods: Type.Optional(Type.Array(Method, { minItems: 1, uniqueItems: true })),
      input: Type.Optional(Schema),
      bodyBytesMax: Type.Optional(Type.Integer({ minimum: 1, maximum: 104_857_600 })),
      record: Type.Optional(Type.Union([Type.Literal("all"), Type.Literal("failures"), Type.Literal("none")])),
      cors: Type.Optional(
        Type.Object({ origins: Type.Array(Type.String({ minLength: 1 }), { minItems: 1, maxItems: 100 }) }, closed),
      ),
    },
    closed,
  ),
  manual: Type.Object({ kind: Type.Literal("manual"), input: Type.Optional(Schema) }, closed),
  schedule: Type.Object(
    {
      kind: Type.Literal("schedule"),
      cron: Type.Optional(Type.String({ minLength: 1, maxLength: 256, description: "5 fields, or 6 with seconds" })),
      everyMs: Type.Optional(Type.Integer({ minimum: 1_000, maximum: yearMs })),
      zone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, description: "IANA time zone, UTC by default" })),
      catchUp: Type.Optional(
        Type.Union([
          Type.Literal("skip"),
          Type.Literal("once"),
          Type.Object({ upTo: Type.Integer({ minimum: 1, maximum: 1_000 }) }, closed),
        ]),
      ),
      jitterMs: Type.Optional(Type.Integer({ minimum: 0, maximum: 3_600_000 })),
      input: Type.Optional(Type.Unknown({ description: "a constant: trigger.body" })),
    },
    { ...closed, oneOf: scheduleWays.map((way) => ({ required: [way] })) },
  ),
} as const;

/** The document without its trigger and steps, which are checked one by one so that errors name their own place. */
export const workflowSchema = (trigger: TSchema, steps: TSchema) =>
  Type.Object(
    {
      dap: Type.Literal(1),
      name: Type.String({ minLength: 1, maxLength: 200 }),
      description: Type.Optional(Type.String({ maxLength: 10_000 })),
      trigger,
      steps,
      output: Type.Optional(AnyJson),
      concurrency: Type.Optional(
        Type.Object({ limit: Type.Integer({ minimum: 1, maximum: 10_000 }), key: Type.Optional(Expression) }, closed),
      ),
      idempotencyKey: Type.Optional(Expression),
      rateLimit: Type.Optional(
        Type.Object(
          { limit: Type.Integer({ minimum: 1 }), periodMs: Milliseconds(yearMs), key: Type.Optional(Expression) },
          closed,
        ),
      ),
      debounce: Type.Optional(Type.Object({ delayMs: Milliseconds(yearMs), key: Type.Optional(Expression) }, closed)),
      deadlineMs: Type.Optional(Milliseconds(yearMs)),
      retentionDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
    },
    closed,
  );
