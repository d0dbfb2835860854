# Everything is reached from here; `make sim` and `make test` set up whatever they need.
SHELL := /bin/bash
.PHONY: sim test check types lint bench nightly build peers images sbom

# Young objects get more room than Node gives them: a build and a simulated day take an eighth less time, and both are most of the tests.
JEST := NODE_OPTIONS="$(NODE_OPTIONS) --max-semi-space-size=32" npx jest

node_modules: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch node_modules

build: node_modules
	@npm run --silent build

# Starts a local thethings.iO and the example weather station; options in ARGS, e.g. make sim ARGS="--speed 60".
sim: build
	@node dist/motet.js sim $(ARGS)

# The real peers that the tests talk to: Mosquitto and libcoap.
peers:
	@test/support/install-peers

# What the suites and their commands build, before each of them builds its own; for all of them only.
images: build
	@NODE_OPTIONS="$(NODE_OPTIONS) --max-semi-space-size=32" npm run --silent images

test: node_modules build peers $(if $(ARGS),,images)
	@mkdir -p coverage
	@set -o pipefail; $(JEST) --json --outputFile=coverage/jest.json $(ARGS) 2>&1 | tee coverage/output.txt; status=$$?; \
	node test/support/summary.mjs coverage/jest.json coverage/output.txt && exit $$status

# Types, lint and the shape of the source: fast, no sockets.
check: build
	@$(MAKE) --no-print-directory -j2 types lint
	$(JEST) test/shape test/lint test/conformance/coverage

bench: node_modules
	@npm run --silent bench
	@npm run --silent bench:interpreter

types: node_modules
	npm run --silent typecheck

lint: node_modules
	npm run --silent lint

# Whole searches in place of the slices of `make test`.
nightly: node_modules build peers
	MOTET_NIGHTLY=1 $(JEST) --testTimeout=3600000 test/fuzz test/powerloss test/interop test/faults test/fleet test/hil

# What a release is made of, from the lockfile, as CycloneDX; needs no network. `npm audit --omit=dev`, which compares it with known
# weaknesses, does.
sbom:
	@mkdir -p dist
	@npm run --silent sbom > dist/sbom.cdx.json
	@echo "dist/sbom.cdx.json: $$(grep -c '"dependsOn"' dist/sbom.cdx.json) packages, this one included"
