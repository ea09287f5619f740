/** `make reset`: deletes DATA_DIR after a question (none with YES=1). Refuses while a platform runs on it. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { Failure } from "@dap/platform/failure";
import { claimDataDir } from "./data-dir";
import { readLocalSettings } from "./settings";
import { stopWith } from "./stop-line";

try {
  const { dataDir } = readLocalSettings(process.env);
  if (!existsSync(dataDir)) console.log(`Nothing to delete: ${dataDir} does not exist.`);
  else if (!existsSync(`${dataDir}/postgres`) && !existsSync(`${dataDir}/secret`))
    throw new Failure("NOT_A_DATA_DIR", 500, `${dataDir} does not look like a data folder of dap; it is left alone`);
  else await reset(dataDir);
  process.exit(0);
} catch (error) {
  stopWith(error);
}

async function reset(dataDir: string): Promise<void> {
  // Claimed before the question: a platform that runs is said at once, and none can start in between.
  const claim = claimDataDir(dataDir);
  if (process.env.YES === "1" || isYes(prompt(`Delete all workflows, runs and accounts in ${dataDir}? [y/N]`))) {
    await rm(dataDir, { recursive: true, force: true });
    console.log(`Deleted ${dataDir}.`);
  } else console.log("Nothing was deleted. To delete without a question: YES=1 make reset");
  claim.release();
}

function isYes(answer: string | null): boolean {
  return ["y", "yes"].includes(answer?.trim().toLowerCase() ?? "");
}
