#!/bin/bash
# Starts one of Neo4j's programs from its jars. Variables: PROGRAM, MAIN_CLASS.
export NEO4J_HOME="${NEO4J_HOME:-/var/lib/neo4j}" NEO4J_CONF="${NEO4J_CONF:-/etc/neo4j}"
exec java -Xmx128m -classpath "/usr/share/neo4j/lib/*" "-Dapp.name=$PROGRAM" -Dapp.home=/usr/share/neo4j \
  -Dbasedir=/usr/share/neo4j "org.neo4j.server.startup.$MAIN_CLASS" "$@"
