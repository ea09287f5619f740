export { setPassword } from "./account/set-password";
export { createApp } from "./app";
export { type IdentityConfig, identitySettings, type MailConfig, readIdentityConfig } from "./config";
export { migrationFolder, start } from "./main";
