# Every chore has one entry. `make` alone lists them.

.PHONY: help run pages client test fmt lint generate check deny

help: ## Lists the chores
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/'

run: pages ## Starts everything on this machine, with demo data, at http://127.0.0.1:8080
	@scripts/need.sh cargo
	cargo build --bin fabrica
	target/debug/fabrica seed
	target/debug/fabrica serve

pages: ## Builds the playground, when Node is here and its sources are newer
	@scripts/pages.sh

client: ## Builds the typed client for front ends, playground/client
	@scripts/need.sh npm
	@scripts/client_package.sh

test: ## Runs every check and test, on SQLite and on PostgreSQL
	@scripts/test.sh

fmt: ## Formats the code
	cargo fmt --all

lint: ## Checks format and lints
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings

generate: ## Writes the files of schema/
	cargo run --quiet --bin fabrica -- schema --out schema

check: ## Compiles everything without building it
	cargo check --workspace --all-targets

deny: ## Checks licences, sources and advisories (needs cargo-deny)
	cargo deny check
