/** The timing of the node's agent, in seconds. */
export const AGENT = {
  /** Between reads of the order and the request, and of a peer's address while peers move. */
  POLL_SECONDS: 10,
  /** Between writes of a status in which nothing changed. */
  REPORT_SECONDS: 600,
  /** For a health, in-step or leadership command. */
  CHECK_SECONDS: 5,
  /** For a command that hands over, resumes or follows peers: `Membership` allows a minute. */
  COMMAND_SECONDS: 90,
  /** Until a member that applied a bootstrap must be in step. */
  STEP_SECONDS: 600,
} as const;
