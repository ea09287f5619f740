import { readdirSync } from "node:fs";
import { createApp as createData } from "@dap/data";
import { createDocsApp } from "@dap/edge";
import { createApp as createIdentity } from "@dap/identity";
import { silentLogger } from "@dap/platform/log";
import { createApp as createRealtime } from "@dap/realtime";
import { createApp as createTeam } from "@dap/team";
import golden from "../golden/route.json";

/** Who may call: `inside` are descriptions of a service that the edge does not pass on; the rest is a permission. */
export type Needs = "public" | "account" | "session" | "service" | "inside" | (string & {});
export type Route = { readonly service: string; readonly method: string; readonly path: string; readonly needs: Needs };

/** The reviewed table of every route. A change of it is a change of who may do what. */
export const reviewedRoutes: readonly Route[] = golden;

/** `METHOD service path` of every route that the services register and of every page. */
export function registeredRoutes(): string[] {
  const apps = {
    identity: createIdentity(anything as never),
    team: createTeam(anything as never),
    data: createData(anything as never),
    realtime: createRealtime(anything as never),
    edge: createDocsApp({ publicUrl: "http://localhost", services: [], componentDir: "/", log: silentLogger }),
  };
  const routes = Object.entries(apps).flatMap(([service, app]) =>
    app.routes.map(({ method, path }) => `${method} ${service} ${path}`),
  );
  return [...routes, ...pages()].sort();
}

export const nameOf = ({ service, method, path }: Route): string => `${method} ${service} ${path}`;

/** Stands for every dependency: routes are only registered here, never called. */
const anything: unknown = new Proxy(() => anything, {
  get: (_, name) => {
    if (name === Symbol.iterator) return function* () {};
    if (name === Symbol.toPrimitive) return () => "anything";
    if (name === "publicUrl") return "http://localhost";
    return anything;
  },
});

function pages(): string[] {
  const folder = new URL("../../../web/src/routes", import.meta.url).pathname;
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => file.endsWith("index.tsx"))
    .map((file) => `/${file.replace(/\/?index\.tsx$/, "").replace(/\[(\w+)\]/g, ":$1")}`)
    .map((path) => `GET web ${path}`);
}
