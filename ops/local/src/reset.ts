/** `make reset`: deletes DATA_DIR after a question (none with YES=1). Refuses while a platform runs on it. */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { readLocalSettings } from "./settings";
import { stopWith } from "./stop-line";

try {
  const { dataDir } = readLocalSettings(process.env);
  if (!existsSync(dataDir)) console.log(`Nothing to delete: ${dataDir} does not exist.`);
  else if (!existsSync(`${dataDir}/postgres`) && !existsSync(`${dataDir}/secret`))
    throw new Error(`${dataDir} does not look like a data folder of dap; it is left alone`);
  else if (
    process.env.YES === "1" ||
    prompt(`Delete all workflows, runs and accounts in ${dataDir}? [y/N]`)?.toLowerCase() === "y"
  ) {
    await rm(dataDir, { recursive: true, force: true });
    console.log(`Deleted ${dataDir}.`);
  } else console.log("Nothing was deleted.");
} catch (error) {
  stopWith(error);
}
