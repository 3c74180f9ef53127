# Two commands: `make run` and `make test`. The rest is for who works on Bailiwick.
.PHONY: run test unit interop bench fuzz fmt tidy stop clean-local

SWIFT ?= swift
DEMO ?= 1

run: ## install what is missing, build, start with an own PostgreSQL, print how to use it
	@scripts/bootstrap
	@DEMO=$(DEMO) scripts/run

test: ## every test, those that need PostgreSQL and the PyPI clients included
	@scripts/bootstrap test
	@scripts/test

unit: ## the Swift tests alone
	@scripts/bootstrap
	@scripts/test unit

interop: ## the tests with real MCP clients and servers alone
	@scripts/bootstrap test
	@scripts/test interop

bench: ## the figures of docs/performance.md, as ratios in one run
	@scripts/bootstrap bench
	@scripts/bench

fuzz: ## 60 seconds of fuzzing for each parser
	@scripts/bootstrap
	@for name in FuzzJSON FuzzHTTP; do scripts/fuzz $$name 60; done

fmt: ## format every Swift source in place
	@$(SWIFT) format --in-place --recursive --parallel Package.swift Sources Tests Benchmarks Fuzz

tidy: ## the style checks alone
	@$(SWIFT) test --quiet --filter TidyTests

stop: ## stop what `make run` started
	@scripts/run stop

clean-local: stop ## forget the private database and everything else under .local
	@rm -rf .local
