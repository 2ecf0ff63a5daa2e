# `make up` plans the dev stack and boots its nodes on this machine. `make down` removes them. `make test` runs all checks and
# tests. Each installs what it requires.
# Debian installs PostgreSQL's server programs outside the PATH.
export PATH := $(PATH):$(lastword $(wildcard /usr/lib/postgresql/*/bin))

.PHONY: up down test setup setup-rehearsal setup-test

up: setup-rehearsal
	npm run --silent plan -- --stack dev --picture .cache/dev.svg
	npm run --silent rehearse -- --stack dev --where-possible

down: setup
	npm run --silent rehearse -- down

test: setup-test
	@setsid scripts/when-idle scripts/build-control-plane >/dev/null 2>&1 & # built in the background: the tests that use it run last
	npm run --silent check
	npm run --silent test:all

setup: node_modules/.package-lock.json

setup-rehearsal: setup
	scripts/install-packages $$(npm run --silent rehearse -- requirements)

setup-test: setup-rehearsal
	scripts/install-test-programs

node_modules/.package-lock.json: package-lock.json
	npm ci --silent
	@touch $@
