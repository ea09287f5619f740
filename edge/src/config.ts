import { defineConfig, integer, list, secret, text, url } from "@dap/platform/config";
import { internalSettings } from "@dap/platform/health";

/** Every setting of the edge. */
export const readEdgeConfig = defineConfig({
  ...internalSettings,
  port: integer("PORT", { default: 8080, min: 0, max: 65_535, meaning: "the one public port; 0 takes a free one" }),
  hostname: text("EDGE_HOSTNAME", { default: "0.0.0.0", meaning: "address to listen on" }),
  publicUrl: url("PUBLIC_URL", { default: "http://localhost:8080", meaning: "base of every link" }),
  serviceSecret: secret("SERVICE_SECRET", { meaning: "proves services to each other" }),
  databaseUrl: secret("EDGE_ROLE_DATABASE_URL", {
    charactersMin: 8,
    meaning: "the data database, as the role dap_edge",
  }),
  identityUrl: url("IDENTITY_URL", { meaning: "identity server" }),
  teamUrl: url("TEAM_URL", { meaning: "users & teams service" }),
  dataUrl: url("DATA_URL", { meaning: "data backend" }),
  realtimeUrl: url("REALTIME_URL", { meaning: "realtime server" }),
  webUrl: url("WEB_URL", { default: "http://127.0.0.1:0", meaning: "webapp, where it is another process" }),
  stateDir: text("EDGE_STATE_DIR", { default: ".data/edge", meaning: "folder of the saved route snapshot" }),
  componentDir: text("COMPONENT_DIR", { default: "component/dist", meaning: "folder of the built web component" }),
  embedOrigins: list("EMBED_ORIGINS", {
    default: [],
    meaning: "origins of foreign pages that embed the web component, such as https://shop.example",
  }),
  egressAllow: list("EGRESS_ALLOW", { default: [], meaning: "private addresses open to outgoing requests" }),
});

export type EdgeConfig = ReturnType<typeof readEdgeConfig>;
