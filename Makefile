# Short names for what developers do; CONTRIBUTING.md has a line on each. Meson and Ninja do the building.
.PHONY: build check check-all bench fmt clean

build: ; @scripts/bootstrap build && scripts/configure build && meson compile -C build && if [ -f web/package.json ]; then scripts/web build; fi

# About a minute when little changed: layout, rules, both compilers without a warning, unit tests under ASan and UBSan.
check:
	@scripts/bootstrap test
	@scripts/configure build-gcc && meson compile -C build-gcc
	@STOCKBRIDGE_SUITES=unit ./test house build unit

check-all: ; @scripts/configure build-gcc && meson compile -C build-gcc && ./test

# What docs/benchmarks.md shows, measured here: `make bench`, or some of it: `make bench ONLY="push reads"`.
bench: ; @scripts/bootstrap test && scripts/configure build-bench && meson compile -C build-bench && bench/run $(ONLY)

fmt: ; @tools/tidy/format --fix

clean: ; rm -rf build build-gcc build-test build-tsan build-cover build-bench web/dist
