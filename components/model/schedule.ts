/** Hour of the nightly backups, UTC. Source: the Scaling Strategy. All times below derive from it. */
const BACKUP_HOUR = 2;

/** TimescaleDB's full and differential backups, "HH:MM" UTC. */
export const TIMESCALEDB_BACKUP_TIME = timeOfDay(BACKUP_HOUR, 0);

/** Weekly reads of all of TimescaleDB's backups, "HH:MM" UTC: one and two hours after the nightly backup has started. */
export const BACKUP_VERIFY_TIME = timeOfDay(BACKUP_HOUR + 1, 0);
export const RESTORE_TEST_TIME = timeOfDay(BACKUP_HOUR + 2, 0);

/** Minute of the hour of Neo4j's backups: halfway between two of TimescaleDB's, which start on the hour. */
export const NEO4J_BACKUP_MINUTE = 30;

/** Neo4j's nightly backup, "HH:MM" UTC: Community Edition's dump, Enterprise Edition's full backup. */
export const NEO4J_BACKUP_TIME = timeOfDay(BACKUP_HOUR, NEO4J_BACKUP_MINUTE);

/** The backup hour as two digits, as `date +%H` prints it. */
export const BACKUP_HOUR_DIGITS = digits(BACKUP_HOUR);

/** Every hour but the backup hour, in the syntax of a systemd calendar expression. */
export const OTHER_HOURS = hoursExcept(BACKUP_HOUR);

function timeOfDay(hour: number, minute: number): string {
  return `${digits(hour % 24)}:${digits(minute)}`;
}

function digits(number: number): string {
  return String(number).padStart(2, "0");
}

function hoursExcept(hour: number): string {
  return [
    [0, hour - 1],
    [hour + 1, 23],
  ]
    .filter(([first, last]) => first! <= last!)
    .map(([first, last]) => `${digits(first!)}..${digits(last!)}`)
    .join(",");
}
