export { createApp } from "./app";
export { readTeamConfig, type TeamConfig, teamSettings } from "./config";
export { migrationFolder, start } from "./main";
