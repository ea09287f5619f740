import { backoffMs, type Clock, sleep } from "@dap/platform/clock";
import type { Logger } from "@dap/platform/log";
import { createTransport } from "nodemailer";
import type { Database } from "../database/database";
import type { Sealer } from "../secret/seal";
import { claimDueMail, markMailFailed, markMailSent, type StoredMail } from "./outbox";

/** Hands one mail over; fails when it was not accepted. */
export type MailTransport = (mail: StoredMail) => Promise<void>;

/** Sends through an SMTP server, `smtp://user:password@host:port` or `smtps://...`. */
export function createSmtpTransport(smtpUrl: string, from: string): MailTransport {
  const transport = createTransport(smtpUrl);
  return async ({ id, to, subject, text, html }) => {
    await transport.sendMail({ from, to: { name: "", address: to }, subject, text, html, messageId: `<${id}@dap>` });
  };
}

export type DeliveryDeps = {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly transport: MailTransport;
  readonly clock: Clock;
  readonly log: Logger;
};

export type MailDelivery = {
  /** Looks for due mail now instead of at the next turn. */
  kick(): void;
  stop(): Promise<void>;
};

const batchSize = 10;
const pauseMs = 15_000;
const attemptsMax = 8;
const claimMs = 5 * 60_000;

/** Sends what is due, looking every 15 s and whenever kicked. A refused mail is tried 8 times over half a day. */
export function startMailDelivery(deps: DeliveryDeps): MailDelivery {
  const stopping = new AbortController();
  let waking = new AbortController();
  const loop = async () => {
    while (!stopping.signal.aborted) {
      const sent = await deliverDue(deps).catch((error: unknown) => {
        deps.log.error("Mail could not be delivered.", { error });
        return 0;
      });
      if (sent === batchSize) continue;
      await sleep(pauseMs, AbortSignal.any([stopping.signal, waking.signal]));
      waking = new AbortController();
    }
  };
  const done = loop();
  return {
    kick: () => waking.abort(),
    async stop() {
      stopping.abort();
      await done;
    },
  };
}

/** Sends one batch; gives how many were due. */
export async function deliverDue(deps: DeliveryDeps): Promise<number> {
  const nowMs = deps.clock.nowMs();
  const due = await claimDueMail(deps.db, deps.sealer, batchSize, new Date(nowMs), new Date(nowMs + claimMs));
  await Promise.all(due.map((stored) => deliver(deps, stored)));
  return due.length;
}

async function deliver({ db, transport, clock, log }: DeliveryDeps, stored: StoredMail): Promise<void> {
  try {
    await transport(stored);
    await markMailSent(db, stored.id, new Date(clock.nowMs()));
  } catch (error) {
    const nowMs = clock.nowMs();
    const isLast = stored.attempt >= attemptsMax;
    const retryAt = isLast ? undefined : new Date(nowMs + backoffMs(stored.attempt, 5 * 60_000, 86_400_000, 1));
    log.warn("A mail was not accepted.", { mailId: stored.id, attempt: stored.attempt, isLast, error });
    await markMailFailed(
      db,
      stored.id,
      error instanceof Error ? error.message : String(error),
      new Date(nowMs),
      retryAt,
    );
  }
}
