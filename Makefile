# The one door. Every target does its own set-up: git, make and Node 20+ with npm are enough.
.DEFAULT_GOAL := help
BUN := .tools/node_modules/.bin/bun
RUN := $(BUN) --bun run

.PHONY: help
help: ## Lists the targets
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

.PHONY: setup
setup: ## Fetches the pinned Bun and packages (other targets call it)
	@sh ops/bootstrap/bun.sh

.PHONY: start
start: setup ## Starts the whole platform on PORT (default 8080), state in DATA_DIR (default .data)
	@exec $(RUN) ops/local/src/start.ts

.PHONY: test
test: setup ## Runs every test against a real Postgres, RabbitMQ and Chromium
	@$(RUN) ops/check/src/test.ts

.PHONY: check
check: setup ## Types, lint and format, boundaries
	@$(RUN) ops/check/src/check.ts

.PHONY: format
format: setup ## Formats the sources
	@$(BUN) x biome check --write .

.PHONY: build
build: setup ## Builds the webapp and the web component
	@$(RUN) ops/local/src/build.ts

.PHONY: bench
bench: setup ## Measures against a bare echo and prints one JSON line per measure
	@$(RUN) ops/bench/src/main.ts

.PHONY: fault
fault: setup ## Runs the fault suite
	@$(RUN) ops/check/src/test.ts fault

.PHONY: reset
reset: setup ## Deletes DATA_DIR, after asking
	@$(RUN) ops/local/src/reset.ts

.PHONY: password
password: setup ## Sets a new password: make password EMAIL=ann@example.com
	@$(RUN) ops/local/src/password.ts
