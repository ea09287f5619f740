/** Runs a crowd of runs through worker processes while they are killed and frozen at random. */
import { join } from "node:path";
import { createPlanReader, openWorld, type World } from "@dap/compute/test-world";
import { createRabbitBroker } from "@dap/platform/broker";
import { sleep } from "@dap/platform/clock";
import { silentLogger } from "@dap/platform/log";
import { checkInvariants, type Violation } from "@dap/run";
import { createRandom } from "./random";
import { createTakeoverWatch } from "./takeover";

export type StormOptions = {
  readonly rabbitUrl: string;
  readonly seed: number;
  /** Accepted in even parts before each fault, so that every fault meets work and there is no long queue. */
  readonly runs: number;
  readonly workers: number;
  readonly kills: number;
  /** Workers frozen for longer than their lease, and thawed again. */
  readonly freezes: number;
  /** About how long one step takes. */
  readonly stepMs: number;
  readonly mutant?: "no-fence";
  /** Gives up waiting for the ends after so long. */
  readonly withinMs: number;
};

export type StormReport = {
  readonly accepted: number;
  readonly succeeded: number;
  readonly unended: number;
  readonly duplicateCommits: number;
  readonly commits: number;
  readonly calls: number;
  readonly distinctKeys: number;
  readonly killed: number;
  readonly frozen: number;
  readonly fenced: number;
  /** Kills that hit a worker with runs in hand. */
  readonly hurting: number;
  readonly takeovers: readonly number[];
  readonly violations: readonly Violation[];
};

const leaseMs = 1_500;
const frozenMs = 2_600;

export async function runStorm(options: StormOptions): Promise<StormReport> {
  const random = createRandom(options.seed);
  const world = await openWorld(() => createRabbitBroker(options.rabbitUrl, { log: silentLogger }));
  const counter = countCalls();
  const fleet = createFleet(world, counter.url, options);
  try {
    // Without the fence the ledger's key is the last thing that stands against a second commit.
    if (options.mutant) await world.runs.admin.sql`alter table step_commit drop constraint step_commit_pkey`;
    const workflow = await world.publishVersion({
      steps: [
        { id: "first", use: "test.keyed", with: {} },
        { id: "second", use: "test.unkeyed", with: {} },
        { id: "third", use: "test.keyed", with: { after: "{{ steps.second }}" } },
      ],
      output: "{{ steps.third }}",
    });
    await fleet.fill();
    const takeover = createTakeoverWatch(world.runs.admin.sql);
    const harm = [...Array(options.kills).fill("kill"), ...Array(options.freezes).fill("freeze")];
    let accepted = 0;
    for (const [index, act] of random.shuffle(harm).entries()) {
      const due = Math.floor((options.runs * (index + 1)) / harm.length) - accepted;
      await Promise.all(Array.from({ length: due }, () => world.startRun(workflow)));
      accepted += due;
      await sleep(200 + random.below(250));
      if (act === "kill") takeover.watch(await fleet.killOne(random));
      else fleet.freezeOne(random);
      await fleet.fill();
    }
    await waitForEnds(world, options.withinMs);
    await fleet.thawed();
    // Whoever was thawed last has its say before the books are closed.
    await sleep(500);
    return await report(world, accepted, counter, fleet, takeover.hurting(), await takeover.times());
  } finally {
    await fleet.stop();
    counter.stop();
    await world.close();
  }
}

async function waitForEnds({ runs: { admin } }: World, withinMs: number): Promise<void> {
  for (const endMs = Date.now() + withinMs; Date.now() < endMs; await sleep(100)) {
    const [row] = await admin.sql`select count(*)::int as n from run where ended_at is null`;
    if (row?.n === 0) return;
  }
}

async function report(
  world: World,
  accepted: number,
  counter: ReturnType<typeof countCalls>,
  fleet: Fleet,
  hurting: number,
  takeovers: readonly number[],
): Promise<StormReport> {
  const { sql } = world.runs.admin;
  const [ends] = await sql`
    select count(*) filter (where status = 'succeeded')::int as succeeded,
      count(*) filter (where ended_at is null)::int as unended from run`;
  const [ledger] = await sql`
    select count(*)::int as commits, (count(*) - count(distinct (run_id, step_key, generation)))::int as doubles
    from step_commit`;
  const externalKeys = counter.keysByPlace();
  const violations = await checkInvariants(sql, { planOf: createPlanReader(world.runs), externalKeys });
  return {
    accepted,
    succeeded: ends?.succeeded,
    unended: ends?.unended,
    duplicateCommits: ledger?.doubles,
    commits: ledger?.commits,
    calls: counter.calls(),
    distinctKeys: counter.distinct(),
    killed: fleet.killed(),
    frozen: fleet.frozen(),
    fenced: fleet.fenced(),
    hurting,
    takeovers,
    violations,
  };
}

/** The outside world: counts calls by their keys. */
function countCalls() {
  const calls = new Map<string, number>();
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { key } = (await request.json()) as { key: string };
      calls.set(key, (calls.get(key) ?? 0) + 1);
      return new Response();
    },
  });
  return {
    url: server.url.href,
    calls: () => [...calls.values()].reduce((sum, count) => sum + count, 0),
    distinct: () => calls.size,
    keysByPlace: () => {
      const places = new Map<string, Set<string>>();
      for (const key of calls.keys()) {
        const place = key.split(":").slice(0, 2).join(":");
        places.set(place, (places.get(place) ?? new Set()).add(key));
      }
      return places;
    },
    stop: () => server.stop(true),
  };
}

type Process = { readonly child: Bun.Subprocess; readonly workerId: Promise<string>; isFrozen: boolean };
type Fleet = ReturnType<typeof createFleet>;

function createFleet({ runs }: World, counterUrl: string, options: StormOptions) {
  const processes = new Set<Process>();
  const thawing: Promise<void>[] = [];
  let killed = 0;
  let fenced = 0;
  const env = {
    ...process.env,
    COMPUTE_DATABASE_URL: runs.database.roleUrl("dap_compute"),
    BROKER_URL: options.rabbitUrl,
    SERVICE_SECRET: "test-service-secret-of-32-characters",
    REALTIME_URL: "http://127.0.0.1:9",
    COUNTER_URL: counterUrl,
    STEP_MS: String(options.stepMs),
    LEASE_MS: String(leaseMs),
    WATCH_MS: "100",
    PREFETCH: "64",
    ...(options.mutant && { MUTANT: options.mutant }),
  };
  const add = (): Process => {
    const command = [process.execPath, join(import.meta.dir, "worker-process.ts")];
    const child = Bun.spawn(command, { env, stdout: "pipe", stderr: "pipe" });
    void countLines(child.stderr, "A commit was fenced", () => fenced++);
    const added: Process = { child, workerId: readLine(child.stdout), isFrozen: false };
    processes.add(added);
    return added;
  };
  const pick = (random: { below(n: number): number }): Process | undefined => {
    const awake = [...processes].filter(({ isFrozen }) => !isFrozen);
    return awake[random.below(awake.length)];
  };
  return {
    killed: () => killed,
    /** Commits that workers were told belong to somebody else. */
    fenced: () => fenced,
    frozen: () => thawing.length,
    thawed: () => Promise.all(thawing),
    /** Brings the number of awake workers up again, and waits until they take runs. */
    fill: async () => {
      const awake = [...processes].filter(({ isFrozen }) => !isFrozen).length;
      const added = Array.from({ length: Math.max(0, options.workers - awake) }, add);
      await Promise.all(added.map(({ workerId }) => workerId));
    },
    killOne: async (random: { below(n: number): number }): Promise<string> => {
      const victim = pick(random);
      if (victim === undefined) throw new Error("nobody to kill");
      const workerId = await victim.workerId;
      victim.child.kill("SIGKILL");
      processes.delete(victim);
      await victim.child.exited;
      killed += 1;
      return workerId;
    },
    freezeOne: (random: { below(n: number): number }): void => {
      const victim = pick(random);
      if (victim === undefined) throw new Error("nobody to freeze");
      victim.isFrozen = true;
      victim.child.kill("SIGSTOP");
      thawing.push(
        sleep(frozenMs).then(() => {
          victim.child.kill("SIGCONT");
          victim.isFrozen = false;
        }),
      );
    },
    stop: async () => {
      for (const { child } of processes) {
        child.kill("SIGCONT");
        child.kill("SIGKILL");
      }
      await Promise.all([...processes].map(({ child }) => child.exited));
    },
  };
}

async function countLines(stream: ReadableStream<Uint8Array>, part: string, onLine: () => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (process.env.STORM_LOG) console.error(line);
      if (line.includes(part)) onLine();
    }
  }
}

async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const reader = stream.getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`a worker ended before it took runs: ${text}`);
    text += new TextDecoder().decode(value);
    const end = text.indexOf("\n");
    if (end >= 0) {
      reader.releaseLock();
      return text.slice(0, end);
    }
  }
}
