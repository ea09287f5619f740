import { createHmac, timingSafeEqual } from "node:crypto";
import type { ResumeUrl } from "@dap/engine";
import type { Secret } from "@dap/platform/secret";

export type ResumeTokens = {
  /** The one token of a wait: the same for ever, so that a replay of the run gives out the same address. */
  readonly tokenOf: (runId: string, stepKey: string) => string;
  /** Which wait a token is for; `undefined` for a text that this installation has not made. */
  readonly read: (token: string) => { readonly runId: string; readonly stepKey: string } | undefined;
};

const idBytes = 16;
const macBytes = 32;
const tokenLengthMax = 1_024;

/**
 * Tokens of waits: the run's id, 256 bits of HMAC over run and step key, and the step key. Whoever has one can end that
 * wait, so histories and tables hold none. `secret` must stay the same as long as runs wait.
 */
export function createResumeTokens(secret: Secret<string>): ResumeTokens {
  const key = createHmac("sha256", secret.reveal()).update("dap resume token").digest();
  const macOf = (id: Buffer, stepKey: string): Buffer =>
    createHmac("sha256", key).update(id).update(stepKey, "utf8").digest();
  return {
    tokenOf: (runId, stepKey) => {
      const id = Buffer.from(runId.replaceAll("-", ""), "hex");
      return Buffer.concat([id, macOf(id, stepKey), Buffer.from(stepKey, "utf8")]).toString("base64url");
    },
    read: (token) => {
      if (token.length > tokenLengthMax) return undefined;
      const bytes = Buffer.from(token, "base64url");
      // One spelling only: decoders are generous with what stands at the end.
      if (bytes.length <= idBytes + macBytes || bytes.toString("base64url") !== token) return undefined;
      const id = bytes.subarray(0, idBytes);
      const stepKey = bytes.subarray(idBytes + macBytes).toString("utf8");
      if (!timingSafeEqual(bytes.subarray(idBytes, idBytes + macBytes), macOf(id, stepKey))) return undefined;
      return { runId: toUuid(id), stepKey };
    },
  };
}

const toUuid = (id: Buffer): string =>
  id.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");

/** The addresses that runs give out. Those of a run whose acceptance names no base stand below `publicUrl`. */
export const createResumeUrl =
  ({ tokenOf }: ResumeTokens, publicUrl: string): ResumeUrl =>
  (runId, stepKey, frozenUrl) =>
    `${frozenUrl ?? publicUrl}/resume/${tokenOf(runId, stepKey)}`;

/** The text with every resume token made unreadable, for those who may look at a run but not answer its waits. */
export const hideResumeTokens = (text: string): string => text.replace(/\/resume\/[\w-]{64,}/g, "/resume/***");
