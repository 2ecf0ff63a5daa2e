/** Directory of the metrics that jobs write, in Prometheus' text format: a node exporter's textfile directory. */
export const METRICS_DIRECTORY = "/var/lib/ape/metrics";
