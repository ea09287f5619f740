/**
 * How many evaluations a second, compiled once. Prints operations per second, the best of several rounds.
 *
 *   bun core/expression/bench.ts
 */
import { compileTemplate, createMeter, parseTemplate, type Scope } from "./src/index";

const items = Array.from({ length: 100 }, (_, index) => ({
  id: index,
  name: `item ${index}`,
  active: index % 3 !== 0,
  price: 1.5 + index,
  qty: (index % 7) + 1,
  note: "some text that makes the context larger than it needs to be".slice(0, 40 + (index % 10)),
}));

const scope: Scope = {
  steps: { fetch: { status: 200, body: { items } } },
  user: { name: "  ada ", n: 3 },
  trigger: { body: {} },
};

const cases: Readonly<Record<string, string>> = {
  path: "{{ steps.fetch.body.items[0].name }}",
  template: 'Hello {{ user.name | trim | upper }}, {{ user.n }} new from {{ user.nick | default("anon") }}',
  condition: "{{ steps.fetch.status == 200 && user.n * 2 > 5 }}",
  "filter, map, sum over 100": "{{ steps.fetch.body.items.filter(x => x.active).map(x => x.price * x.qty).sum() }}",
  "sumBy over 100": "{{ steps.fetch.body.items.sumBy(x => x.price * x.qty) }}",
  "objects over 100": "{{ steps.fetch.body.items.map(x => ({ id: x.id, total: x.price * x.qty })) }}",
};

function measure(source: string): { compiled: number; parsed: number } {
  const parsed = parseTemplate(source);
  if (parsed.kind === "refused") throw new Error(parsed.message);
  const evaluate = compileTemplate(parsed.template);
  const once = () => evaluate(scope, createMeter());
  const full = () => {
    const again = parseTemplate(source);
    if (again.kind === "parsed") compileTemplate(again.template)(scope, createMeter());
  };
  return { compiled: perSecond(once), parsed: perSecond(full) };
}

function perSecond(run: () => unknown): number {
  let best = 0;
  for (let round = 0; round < 8; round++) {
    let count = 0;
    const start = performance.now();
    while (performance.now() - start < 40) {
      for (let index = 0; index < 100; index++) run();
      count += 100;
    }
    best = Math.max(best, (count / (performance.now() - start)) * 1000);
  }
  return best;
}

for (const [name, source] of Object.entries(cases)) {
  const { compiled, parsed } = measure(source);
  const shown = (value: number) => Math.round(value).toLocaleString("en").padStart(12);
  console.log(`${name.padEnd(28)}${shown(compiled)} /s compiled once ${shown(parsed)} /s parsed each time`);
}
