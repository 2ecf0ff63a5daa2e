#!/bin/bash
# Sets the initial password before the very first start. Neo4j ignores it afterwards.
set -euo pipefail

home=${NEO4J_HOME:-$HOME_DIRECTORY} libraries=${NEO4J_LIB:-/usr/share/neo4j/lib} configuration=${NEO4J_CONF:-$CONFIG_DIRECTORY}
[[ ! -e $home/data/databases/system && ! -e $home/data/dbms/auth.ini ]] || exit 0
NEO4J_HOME=$home NEO4J_CONF=$configuration java @<(
  printf '%s\n' -Xmx128m -cp "\"$libraries/*\"" org.neo4j.cli.AdminTool dbms set-initial-password "$(<"$configuration/initial.password")"
)
