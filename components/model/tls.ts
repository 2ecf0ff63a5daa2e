/** Paths of a node's TLS certificate, key and certificate authority. */
export const TLS = {
  ca: "/etc/ape/tls/ca.crt",
  certificate: "/etc/ape/tls/node.crt",
  key: "/etc/ape/tls/node.key",
} as const;
