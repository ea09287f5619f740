/**
 * `make bench`: every line of architecture.md section 8 that exists, as a ratio from interleaved runs (rates of a shared
 * machine say nothing alone), one JSON line each. `make bench ONLY=inline|cost|durable|pure|idle` runs a part.
 */
import { hasRabbit, startOwnRabbit } from "@dap/platform/test-rabbitmq";
import { registerPerson } from "../../e2e/src/person";
import { startPlatform } from "../../e2e/src/platform";
import { costMeasures } from "./cost";
import { bareBrokerRate, durableRate } from "./durable";
import { idleMeasures } from "./idle";
import { inlineMeasures, interleave, readWorkflow, requestBody } from "./inline";
import { formatMeasure, type Measure, median } from "./measure";
import { pureMeasures } from "./pure";

const echoPort = 18_099;
const egress = { EGRESS_ALLOW: `127.0.0.1:${echoPort}` };
const rounds = 5;
const durationMs = 3_000;
const durableRuns = 2_000;
const bareMessages = 20_000;

const parts: Readonly<Record<string, () => Promise<readonly Measure[]>>> = {
  inline,
  cost: () => withEcho((url, pid) => costMeasures({ url, pid })),
  durable,
  pure: pureMeasures,
  idle: idleMeasures,
};
const only = process.env.ONLY;
for (const [name, measure] of Object.entries(parts))
  if (!only || only === name) for (const line of await measure()) console.log(formatMeasure(line));
process.exit(0);

async function withEcho<T>(work: (url: string, pid: number) => Promise<T>): Promise<T> {
  const echo = Bun.spawn([process.execPath, `${import.meta.dir}/echo.ts`, String(echoPort)], {
    stdout: "pipe",
    stdin: "ignore",
  });
  try {
    await echo.stdout.getReader().read();
    return await work(`http://127.0.0.1:${echoPort}/`, echo.pid);
  } finally {
    echo.kill();
  }
}

function inline(): Promise<readonly Measure[]> {
  return withEcho(async (echoUrl) => {
    const platform = await startPlatform({ env: egress });
    try {
      const person = await registerPerson(platform.url);
      const targets = [];
      for (const name of ["constant", "mapping", "mapping-none", "call", "loop"])
        targets.push({ name, url: (await person.publish(await readWorkflow(name))).url });
      const results = await interleave({ name: "echo", url: echoUrl }, targets, rounds, durationMs);
      const background = await person.publish(await readWorkflow("background"));
      const rates: number[] = [];
      for (let round = 0; round < 3; round += 1) rates.push(await durableRate(person, background, durableRuns));
      return [
        ...inlineMeasures(results),
        {
          measure: "background: accepted, five set steps, finished, on the embedded broker",
          ratio: median(rates) / median((results.get("echo") ?? []).map(({ perSecond }) => perSecond)),
          target: 0,
          unit: "runs per second from the first accept to the last finish, of the bare echo's requests (no target in the design)",
          detail: { perSecond: Math.round(median(rates)) },
        },
      ];
    } finally {
      await platform.stop();
    }
  });
}

function durable(): Promise<readonly Measure[]> {
  if (!hasRabbit()) {
    console.error("not run: the durable line needs RabbitMQ (apt-get install rabbitmq-server)");
    return Promise.resolve([]);
  }
  return withEcho(async () => {
    const rabbit = await startOwnRabbit();
    const platform = await startPlatform({ env: { ...egress, BROKER_URL: rabbit.url } });
    try {
      const person = await registerPerson(platform.url);
      const call = await person.publish(await readWorkflow("durable"));
      const light = await person.publish(await readWorkflow("durable-light"));
      for (const endpoint of [call, light]) await durableRate(person, endpoint, 300);
      const rows: { bare: number; call: number; light: number }[] = [];
      for (let round = 0; round < 3; round += 1)
        rows.push({
          bare: await bareBrokerRate(rabbit.url, bareMessages),
          call: await durableRate(person, call, durableRuns),
          light: await durableRate(person, light, durableRuns),
        });
      const line = (measure: string, of: "call" | "light"): Measure => ({
        measure,
        ratio: median(rows.map((row) => row[of] / row.bare)),
        target: 0.15,
        goal: 0.4,
        unit: "runs per second, of the bare broker's messages",
        detail: {
          perSecond: Math.round(median(rows.map((row) => row[of]))),
          barePerSecond: Math.round(median(rows.map((row) => row.bare))),
          bodyBytes: requestBody.length,
        },
      });
      return [
        line("durable run through RabbitMQ: 5 set steps, 1 HTTP call", "call"),
        line("durable run through RabbitMQ: 5 set steps, 1 recorded read (time.now)", "light"),
      ];
    } finally {
      await platform.stop();
      await rabbit.stop();
    }
  });
}
