#!/bin/bash

# A single server reads its configuration from its own files.
configure_primary() { true; }
configure_standby() { true; }
