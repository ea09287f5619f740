import { inTeam, type Tx } from "../database/connection";
import type { DataDeps } from "../deps";
import { awaitEdges } from "../feed/edge-seen";
import type { Answer } from "./answer";
import { actOnce, type OnceRequest } from "./once";

/** `changeSeq`: the change is answered only when the edges have it in force. */
export type Act = { readonly answer: Answer; readonly changeSeq?: number | undefined };

type CommitDeps = Pick<DataDeps, "db" | "systemDb">;

/** Acts in one transaction of the team, once per Idempotency-Key, and gives the answer after the commit. */
export async function commitOnce(deps: CommitDeps, call: OnceRequest, act: (tx: Tx) => Promise<Act>): Promise<Answer> {
  let changeSeq: number | undefined;
  const { answer } = await inTeam(deps.db, call.teamId, (tx) =>
    actOnce(tx, call, async () => {
      const done = await act(tx);
      changeSeq = done.changeSeq;
      return done.answer;
    }),
  );
  if (changeSeq !== undefined) await awaitEdges(deps.systemDb, changeSeq);
  return answer;
}
