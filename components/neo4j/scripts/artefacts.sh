#!/bin/bash

# artefacts: the graph's backup artefacts in the bucket, oldest first.
artefacts() { /usr/local/sbin/ape-node list "$BUCKET" "$PREFIX" | sed -n "s|^$PREFIX\(neo4j-.*\.backup\)\$|\1|p" | sort; }
