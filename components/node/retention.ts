/**
 * A shell function, "prune PREFIX DAYS": deletes what a service's own job has put below a prefix of the bucket longer
 * ago, by the time in its name (2026-01-31T12-00-00). Never the newest: with no new copies, an old one is better than none.
 */
export function pruneFunction(bucket: string): string {
  return `prune() {
  local before key
  before=$(date -u -d "-$2 days" +%Y-%m-%dT%H-%M-%S)
  /usr/local/sbin/ape-node list ${bucket} "$1" | sort | head -n -1 | while read -r key; do
    [[ $key =~ [0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}-[0-9]{2}-[0-9]{2} && \${BASH_REMATCH[0]} < $before ]] || continue
    /usr/local/sbin/ape-node delete ${bucket} "$key" && echo "deleted $key"
  done
}
`;
}
