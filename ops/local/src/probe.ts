import { Failure } from "@dap/platform/failure";
import { connect as connectBroker } from "amqplib";
import postgres from "postgres";

/** How long a server of one's own may take to answer at the start. */
const patienceMs = 10_000;

/**
 * Asks the server of DATABASE_URL whether it is there and lets us work, before anything is made on it. Fails with `Failure`
 * `DATABASE_UNREACHABLE`, `DATABASE_REFUSED` or `DATABASE_TOO_OLD`, or with the server's own refusal of the login.
 */
export async function probeDatabase(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 5, max_lifetime: null });
  try {
    const [found] = await inTime(
      sql<{ may: boolean; version: number; name: string }[]>`
        select rolsuper or (rolcreatedb and rolcreaterole) as may, rolname as name,
          current_setting('server_version_num')::int as version
        from pg_roles where rolname = current_user`.execute(),
      "DATABASE_UNREACHABLE",
      `No Postgres answers at DATABASE_URL (${hostOf(url)}). Check host and port in it`,
    );
    if (!found?.may) {
      const advice = `The role ${found?.name} in DATABASE_URL may not make databases and roles. As a superuser: alter role ${found?.name} createdb createrole`;
      throw new Failure("DATABASE_REFUSED", 500, advice);
    }
    if (found.version < 150_000) {
      const advice = `The server of DATABASE_URL is PostgreSQL ${Math.floor(found.version / 10_000)}; 15 or newer is needed`;
      throw new Failure("DATABASE_TOO_OLD", 500, advice);
    }
  } finally {
    void sql.end({ timeout: 0 });
  }
}

/** Asks RabbitMQ at BROKER_URL for one connection. Fails with `Failure` `BROKER_UNREACHABLE` or `BROKER_REFUSED`. */
export async function probeBroker(url: string): Promise<void> {
  const unreachable = `No RabbitMQ answers at BROKER_URL (${hostOf(url)}). Check host and port in it, or leave BROKER_URL away`;
  for (const endMs = Date.now() + patienceMs; ; await Bun.sleep(500)) {
    const outcome = await tryBroker(url, unreachable);
    if (outcome === undefined) return;
    // Started together with us it may need some seconds more; what it refuses, it will refuse again.
    if (outcome.code !== "BROKER_UNREACHABLE" || Date.now() > endMs) throw outcome;
  }
}

async function tryBroker(url: string, unreachable: string): Promise<Failure | undefined> {
  try {
    const opening = connectBroker(url, { timeout: 5_000 });
    const connection = await inTime(opening, "BROKER_UNREACHABLE", unreachable);
    connection.on("error", () => undefined);
    await connection.close();
    return undefined;
  } catch (cause) {
    if (cause instanceof Failure) return cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    if (/ACCESS.REFUSED|NOT.ALLOWED|403|530/i.test(message)) {
      const advice = "RabbitMQ refused the login in BROKER_URL. Check user, password and virtual host in it";
      return new Failure("BROKER_REFUSED", 500, advice, { cause });
    }
    return new Failure("BROKER_UNREACHABLE", 500, unreachable, { cause });
  }
}

async function inTime<T>(work: Promise<T>, code: string, message: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure(code, 500, message)), patienceMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const hostOf = (url: string): string => new URL(url).host || "no host";
