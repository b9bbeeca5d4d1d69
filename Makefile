# How this repository is built, run and tested. `make` lists the targets.

CARGO ?= cargo
SECONDS ?= 60
PEERS ?= 500
TARGETS ?=
COUNT ?= 1000000
CONF ?= config/demo.ron
# For the test programs, such as --show-output.
TESTFLAGS ?=
# Load generator and benchmark scripts; without them `make bench` says that it leaves them out.
BENCH ?= ../shared/bench
BGPLOAD ?= ../shared/bgpload
TARGET := $(or $(CARGO_TARGET_DIR),target)

.DEFAULT_GOAL := help
.PHONY: help build run test lint layers golden interop-tshark fuzz differential soak idle random-commands malformed many-routes recovery bench ci

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
	  printf '  make %-15s %s\n' "$$name" "$$text"; done

build: ## the daemon, as it is shipped
	$(CARGO) build --release --locked

run: ## the demonstration: two peers, a helper, live events; Ctrl-C ends it (CONF=... for another configuration)
	@echo "building exactix (the first time takes a minute or two)"
	@$(CARGO) build --release --locked
	@echo "starting $(CONF); Ctrl-C ends it"
	@exabgp_daemon_user=$$(id -un) $(TARGET)/release/exactix server $(CONF)

test: ## every test; installs the peers that the interoperability tests need, where it may
	sh tests/install-peers.sh
	$(CARGO) test --workspace --locked --no-fail-fast -- $(TESTFLAGS)

lint: ## format, clippy and documentation, warnings fail
	$(CARGO) fmt --all -- --check
	$(CARGO) clippy --workspace --all-targets --locked -- -D warnings
	RUSTDOCFLAGS='-D warnings' $(CARGO) doc --workspace --no-deps --document-private-items --locked
	$(CARGO) fmt --manifest-path tests/fuzz/Cargo.toml -- --check
	$(CARGO) fmt --manifest-path tests/differential/Cargo.toml -- --check
	@if command -v c++ >/dev/null; then \
	  $(CARGO) clippy --manifest-path tests/fuzz/Cargo.toml --target-dir $(TARGET)/fuzz --locked -- -D warnings; \
	else echo 'lint: the fuzz targets are not compiled, there is no c++'; fi

layers: ## who may import whom
	sh tests/layers.sh

golden: ## bytes, words, JSON, docs/CONFIG.md and docs/COMMANDS.md against what is derived (REGENERATE=1 rewrites that)
	$(CARGO) test -p exactix-wire --test golden --locked
	$(CARGO) test -p exactix-api --locked
	$(CARGO) test -p exactix-config --test config_page --locked
	$(CARGO) test -p exactix-fault --test faults_page --locked

interop-tshark: ## tshark reads every golden without complaint
	$(CARGO) test --test interop_tshark --locked -- --nocapture

fuzz: ## each fuzz target, or those in TARGETS, for SECONDS (60)
	sh tests/fuzz.sh $(SECONDS) $(TARGETS)

differential: ## COUNT (1000000) of our messages read by decoders of others
	$(CARGO) run --release --locked --manifest-path tests/differential/Cargo.toml -- $(COUNT)

soak: ## PEERS (500) neighbors, changes and a random fault each second by SEED (42), for SECONDS (60)
	EXACTIX_SECONDS=$(SECONDS) EXACTIX_SEED=$(or $(SEED),42) EXACTIX_PEERS=$(PEERS) \
	  $(CARGO) test --release --test soak --locked -- --nocapture

idle: ## a minute of 500 peers with nothing to say
	$(CARGO) test --test idle --locked -- --ignored --nocapture

random-commands: ## twenty helpers that die and two hundred peers, for SECONDS (60), commands by SEED (42)
	EXACTIX_SECONDS=$(SECONDS) EXACTIX_SEED=$(or $(SEED),42) $(CARGO) test --test random_commands --locked -- --nocapture

malformed: ## COUNT (1000000) malformed messages by SEED (42) through the whole path
	EXACTIX_MESSAGES=$(COUNT) EXACTIX_SEED=$(or $(SEED),42) \
	  $(CARGO) test --release --test malformed --locked -- --nocapture

many-routes: ## two million routes of one neighbor: how long, how much memory
	$(CARGO) test --release --test many_routes --locked -- --ignored --nocapture

recovery: ## how long it takes to recover, from sessions that are cut to threads that hang (10 minutes)
	$(CARGO) test --release --test recovery --locked -- --ignored --nocapture --test-threads 1

bench: ## the pieces by criterion, the whole path by bgpload
	BENCH='$(BENCH)' BGPLOAD='$(BGPLOAD)' sh tests/bench.sh

ci: ## what has to pass before anything is merged; the last line counts
	@bash tests/ci.sh
