#!/bin/bash
# Creates Neo4j's user and directories, like the postinst script of Neo4j's package.
set -e

adduser --quiet --system --group --home /var/lib/neo4j --no-create-home neo4j
for name in certificates data import plugins; do
  install -d -o neo4j -g adm "/var/lib/neo4j/$name"
done
install -d -o neo4j -g adm /var/log/neo4j
