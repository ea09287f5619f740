import { type Json, Role } from "@dap/contract";
import { Failure } from "@dap/platform/failure";
import type { Secret } from "@dap/platform/secret";
import { serviceFetch } from "@dap/platform/service-token";
import { type Static, Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

const Access = Type.Object({ teams: Type.Record(Type.String(), Role), permVer: Type.Integer() });
const PersonalTeam = Type.Object({ teamId: Type.String(), slug: Type.String() });
const accessCheck = TypeCompiler.Compile(Access);
const personalTeamCheck = TypeCompiler.Compile(PersonalTeam);

/** What an account may do, as the team service knows it. */
export type Access = Static<typeof Access>;

/** What identity asks of the team service. Fails with 503 when it does not answer. */
export type TeamDirectory = {
  /** Makes the account's personal team; the same team again when it is there. */
  ensurePersonalTeam(account: { readonly id: string; readonly email: string; readonly name: string }): Promise<string>;
  readAccess(accountId: string): Promise<Access>;
};

/** `teamUrl` is asked at each call: in one process the services start before their ports are known. */
export function createTeamDirectory(teamUrl: () => string, serviceSecret: Secret<string>): TeamDirectory {
  const ask = (path: string, body?: Json) =>
    serviceFetch(teamUrl(), "identity", serviceSecret)(path, body === undefined ? {} : { method: "PUT", body });
  return {
    async ensurePersonalTeam({ id, email, name }) {
      const answer = await ask(`/internal/accounts/${id}/personal-team`, { email, name });
      if (!personalTeamCheck.Check(answer)) throw oddAnswer();
      return answer.teamId;
    },
    async readAccess(accountId) {
      const answer = await ask(`/internal/accounts/${accountId}/access`);
      if (!accessCheck.Check(answer)) throw oddAnswer();
      return answer;
    },
  };
}

const oddAnswer = () => new Failure("SERVICE_UNAVAILABLE", 503, "A part of the platform is not reachable. Try again.");
