import type { RequestHandler } from "@builder.io/qwik-city";
import { contextOf } from "../shell/context";

/** Gives the page's scripts the nonce that its content policy asks for. `@nonce` is where the framework looks for it. */
export const onRequest: RequestHandler = (event) => {
  event.sharedMap.set("@nonce", contextOf(event).nonce);
};
