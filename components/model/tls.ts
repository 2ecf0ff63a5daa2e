/** Where every node keeps what proves its identity to the others. */
export const TLS = {
  ca: "/etc/ape/tls/ca.crt",
  certificate: "/etc/ape/tls/node.crt",
  key: "/etc/ape/tls/node.key",
} as const;
