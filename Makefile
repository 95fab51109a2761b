# Short names for what developers do; CONTRIBUTING.md has a line on each. Meson and Ninja do the building.
.PHONY: build check check-all fmt clean

build: ; @scripts/bootstrap build && scripts/configure build && meson compile -C build && if [ -f web/package.json ]; then scripts/web build; fi

# About a minute when little changed: layout, rules, both compilers without a warning, unit tests under ASan and UBSan.
check:
	@scripts/bootstrap test
	@scripts/configure build-gcc && meson compile -C build-gcc
	@STOCKBRIDGE_SUITES=unit ./test house build unit

check-all: ; @scripts/configure build-gcc && meson compile -C build-gcc && ./test

fmt: ; @tools/tidy/format --fix

clean: ; rm -rf build build-gcc build-test build-tsan build-cover web/dist
