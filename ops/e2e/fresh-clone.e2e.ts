import { afterAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { type Clone, cloneInto } from "./src/clone";
import { expectWorkingWebhooks } from "./src/journey";
import { registerPerson } from "./src/person";
import { startPlatform } from "./src/platform";

const self = process.getuid?.() ?? 0;
/** Who exists on every machine and may do nothing. */
const nobody = 65_534;
const canBecome = self === 0 && existsSync("/usr/bin/setpriv");
if (!canBecome) console.log("not run: make start as another user, which needs root and setpriv");

const users = [
  { name: "this user, below a home folder", id: self, parent: homedir(), become: [], isHere: true },
  {
    name: "a user without any rights",
    id: nobody,
    parent: tmpdir(),
    become: ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"],
    isHere: canBecome,
  },
];

describe("make start in a fresh clone that only its owner may enter", () => {
  const clones: Clone[] = [];
  afterAll(() => Promise.all(clones.map(({ remove }) => remove())));

  for (const { name, id, parent, become, isHere } of users) {
    test.skipIf(!isHere)(`works for ${name}, and again`, async () => {
      const clone = await cloneInto(parent, id);
      clones.push(clone);
      const start = (port?: number) =>
        startPlatform({
          command: [...become, "make", "start"],
          cwd: clone.folder,
          dataDir: `${clone.folder}/.data`,
          env: { HOME: clone.home },
          ...(port ? { port } : {}),
        });
      const startedAtMs = Date.now();
      const platform = await start();
      console.log(`${name}: first start, with the build of the webapp: ${Date.now() - startedAtMs} ms`);
      await expectWorkingWebhooks(await registerPerson(platform.url));
      expect((await fetch(`${platform.url}/login`)).status).toBe(200);
      await platform.stop();

      const againAtMs = Date.now();
      const again = await start(platform.port);
      console.log(`${name}: second start: ${Date.now() - againAtMs} ms`);
      expect(again.output()).not.toMatch(/building|fetching/);
      await again.stop();
    });
  }
});
