/** Groups items by key, in the order of the keys' first occurrence. */
export function groupBy<K, T>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const own = key(item);
    const group = groups.get(own);
    if (group === undefined) {
      groups.set(own, [item]);
    } else {
      group.push(item);
    }
  }
  return groups;
}
