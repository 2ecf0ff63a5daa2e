/** Hours since a time, ISO 8601. */
export function hoursSince(time: string, now: Date): number {
  return (now.getTime() - new Date(time).getTime()) / 3_600_000;
}

/** "45 min", "3 h" or "2 days". */
export function age(time: string, now: Date): string {
  const hours = hoursSince(time, now);
  if (hours < 1) {
    return `${Math.max(0, Math.round(hours * 60))} min`;
  }
  return hours < 48 ? `${Math.round(hours)} h` : `${Math.round(hours / 24)} days`;
}
