# Every chore has one entry. `make` alone lists them.

.PHONY: help run pages client test chaos cluster fmt lint generate check deny

help: ## Lists the chores
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  \1\t/'

run: pages ## Starts everything on this machine, with demo data, at http://127.0.0.1:8080
	@scripts/need.sh cargo
	cargo build --bin fabrica
	target/debug/fabrica seed
	target/debug/fabrica serve

pages: ## Builds the playground and the storefront, when Node is here and its sources are newer
	@scripts/pages.sh

client: ## Builds the typed client for front ends, playground/client
	@scripts/need.sh npm
	@scripts/client_package.sh

test: ## Runs every check and test, on SQLite and on PostgreSQL
	@scripts/test.sh

chaos: ## The long storm over three servers: CHAOS_ORDERS, CHAOS_SOCKETS, CHAOS_SEED
	@scripts/need.sh cargo
	ulimit -n "$$(ulimit -H -n)"; CHAOS_ORDERS=$${CHAOS_ORDERS:-10000} CHAOS_SOCKETS=$${CHAOS_SOCKETS:-5000} \
	  cargo test --locked --test it -- chaos:: --nocapture --test-threads 1

cluster: ## Starts three servers behind a proxy on this machine (scripts/cluster.sh down ends them)
	@scripts/cluster.sh up

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
