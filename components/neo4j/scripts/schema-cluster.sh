#!/bin/bash

# The leader applies the schema; the other members wait until they have it.
writes() { "$ASK" writable 2>/dev/null; }
reads() { "$ASK" available 2>/dev/null; }
