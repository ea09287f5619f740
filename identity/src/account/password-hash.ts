import { Failure } from "@dap/platform/failure";

/** The floor of the OWASP cheat sheet, given explicitly because Bun's own default takes five times as long. */
const policy: HashParameters = { memoryCost: 19_456, timeCost: 2 };

/** KiB of memory, and passes over it. */
export type HashParameters = { readonly memoryCost: number; readonly timeCost: number };

/** A hash of nothing anybody knows: checked for unknown addresses, so that they take as long as known ones. */
const dummyHash =
  "$argon2id$v=19$m=19456,t=2,p=1$STV5D1JQtzxGN3rIaxG2iEyzY+IMnoDrXfNTM6USvBs$Z/FHmnX6uV2uCfhxf8afFzOXHwhpWal0T2cZmdwlGxk";

/** Each hash takes 19 MiB and tens of milliseconds of a core: more than this at a time would starve everything else. */
export type HashGateLimits = { readonly inFlightMax: number; readonly queueMax: number };

export type PasswordHasher = {
  /** PHC string of argon2id. Fails with 503 `TOO_BUSY` when too many are waiting. */
  hash(password: string): Promise<string>;
  /** Whether the password fits. Without a hash it works just as long and says no. */
  verify(password: string, hash: string | null | undefined): Promise<boolean>;
  /** Whether the hash was made with weaker parameters than today's. */
  isOutdated(hash: string): boolean;
};

/** Hashes passwords, `inFlightMax` at a time, with `queueMax` more waiting their turn. Tests give cheap parameters. */
export function createPasswordHasher(
  limits: HashGateLimits = { inFlightMax: 4, queueMax: 50 },
  { memoryCost, timeCost }: HashParameters = policy,
): PasswordHasher {
  const gate = createGate(limits);
  return {
    hash: (password) => gate(() => Bun.password.hash(password, { algorithm: "argon2id", memoryCost, timeCost })),
    verify: (password, hash) =>
      gate(async () => (await Bun.password.verify(password, hash ?? dummyHash)) && typeof hash === "string"),
    isOutdated: (hash) => !hash.startsWith(`$argon2id$v=19$m=${memoryCost},t=${timeCost},`),
  };
}

function createGate({ inFlightMax, queueMax }: HashGateLimits) {
  const waiting: (() => void)[] = [];
  let inFlight = 0;
  const enter = (): Promise<void> | undefined => {
    if (inFlight < inFlightMax) {
      inFlight += 1;
      return undefined;
    }
    if (waiting.length >= queueMax) throw tooBusy();
    return new Promise((resolve) => waiting.push(resolve));
  };
  // The place is handed to the next one directly, so that a newcomer cannot slip in between.
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else inFlight -= 1;
  };
  return async <T>(work: () => Promise<T>): Promise<T> => {
    await enter();
    try {
      return await work();
    } finally {
      leave();
    }
  };
}

const tooBusy = () =>
  new Failure("TOO_BUSY", 503, "Many people are logging in right now. Try again in a moment.", {
    headers: { "retry-after": "2" },
  });
