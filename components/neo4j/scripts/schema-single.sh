#!/bin/bash

# A single server applies the schema as soon as it answers.
writes() { "$ASK" answers >/dev/null 2>&1; }
reads() { false; }
