# The two commands: `make up` shows what the dev stack would deploy, `make test` proves it. Both set up what they need.
# Debian keeps the server programs of PostgreSQL off the path.
export PATH := $(PATH):$(lastword $(wildcard /usr/lib/postgresql/*/bin))

.PHONY: up test setup setup-test

up: setup
	npm run --silent plan -- --stack dev --picture .cache/dev.svg

test: setup-test
	npm run --silent check
	npm run --silent test:all

setup: node_modules/.package-lock.json

setup-test: setup
	scripts/install-test-programs

node_modules/.package-lock.json: package-lock.json
	npm ci --silent
	@touch $@
