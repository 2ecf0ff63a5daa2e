# The two commands: `make up` shows what the dev stack would deploy and boots its nodes here, `make test` proves it. Both
# set up what they need; `make down` removes what `make up` booted.
# Debian keeps the server programs of PostgreSQL off the path.
export PATH := $(PATH):$(lastword $(wildcard /usr/lib/postgresql/*/bin))

.PHONY: up down test setup setup-rehearsal setup-test

up: setup-rehearsal
	npm run --silent plan -- --stack dev --picture .cache/dev.svg
	npm run --silent rehearse -- --stack dev --where-possible

down: setup
	npm run --silent rehearse -- down

test: setup-test
	@setsid scripts/when-idle scripts/build-control-plane >/dev/null 2>&1 & # the tests that need it come last
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
