# `make sim` and `make test` set up whatever they need; see README.md.
SHELL := /bin/bash
.PHONY: sim test check bench nightly build

node_modules: package.json package-lock.json
	npm ci
	@touch node_modules

build: node_modules
	npm run --silent build

sim: build
	node dist/motet.js sim

test: node_modules
	npx jest
