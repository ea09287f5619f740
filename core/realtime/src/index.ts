export { type AppDeps, createApp } from "./app";
export { type RealtimeConfig, readRealtimeConfig } from "./config";
export { start } from "./main";
