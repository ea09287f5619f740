/** The contract's topic names, which the browser cannot import without its schema library; a test holds the two together. */
export const runTopic = (runId: string): string => `run/${runId}`;
export const teamRunsTopic = (teamId: string): string => `team/${teamId}/runs`;
