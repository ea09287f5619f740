import type { Logger } from "@dap/platform/log";
import { createRealtimeLink, type RealtimeLink } from "@dap/platform/realtime-link";
import type { DataConfig } from "../config";

/** The line to realtime, opened when there is first something to say: realtime may start after this service. */
export function linkRealtime({ realtimeUrl, serviceSecret }: DataConfig, log: Logger): RealtimeLink {
  let link: RealtimeLink | undefined;
  const open = () => {
    const url = typeof realtimeUrl === "function" ? realtimeUrl() : realtimeUrl;
    link ??= createRealtimeLink({ url, serviceName: "data", serviceSecret, log });
    return link;
  };
  return {
    get connected() {
      return link?.connected ?? false;
    },
    publish: (messages) => open().publish(messages),
    subscribe: (topic, after, onMessage) => open().subscribe(topic, after, onMessage),
    close: () => link?.close(),
  };
}
