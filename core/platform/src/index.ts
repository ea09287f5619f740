export {
  type Broker,
  type Consumer,
  createEmbeddedBroker,
  createRabbitBroker,
  type Delivery,
  type OutgoingMessage,
  type PublishOutcome,
} from "./broker";
export { backoffMs, type Clock, sleep, systemClock } from "./clock";
export { ConfigError, type ConfigOf, defineConfig, type Environment, type Setting } from "./config";
export { Failure, type FailureOptions, toProblem } from "./failure";
export {
  type Authenticator,
  type AuthenticatorOptions,
  authorize,
  createAuthenticator,
  requireAccount,
  requirePrincipal,
  requireService,
} from "./guard";
export {
  createHttpApp,
  type HttpAppOptions,
  internalServer,
  problemResponse,
  type RunningServer,
  requestIdOf,
  serve,
  withSwagger,
} from "./http";
export { createIdMaker, idTimeMs, isUuid, newId } from "./id";
export { createLogger, type LogFields, type Logger, silentLogger } from "./log";
export { createMetrics, type Metrics } from "./metric";
export { type Migration, migrate, readMigrations } from "./migrate";
export {
  bootstrapDatabases,
  type Connection,
  connect,
  isConnectionLost,
  isUniqueViolation,
  type Sql,
  type Transaction,
  withTeams,
} from "./postgres";
export { createRealtimeLink, type RealtimeLink } from "./realtime-link";
export { hardenRuntime } from "./runtime";
export { Secret } from "./secret";
export { mintServiceToken, type ServiceFetch, serviceFetch } from "./service-token";
