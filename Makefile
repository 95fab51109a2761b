# Short names for what developers do; CONTRIBUTING.md has a line on each. Meson and Ninja do the building.
.PHONY: build install check check-all fuzz soak bench fmt clean

build: ; @scripts/bootstrap build && scripts/configure build && meson compile -C build && if [ -f web/package.json ]; then scripts/web build; fi

# What a server needs, below DESTDIR: program, page, unit, documents.
install: build
	meson install -C build --no-rebuild --quiet $(if $(DESTDIR),--destdir $(abspath $(DESTDIR)))
	install -d $(DESTDIR)/usr/local/share/stockbridge $(DESTDIR)/usr/local/share/doc/stockbridge
	rm -rf $(DESTDIR)/usr/local/share/stockbridge/web
	cp -R web/dist $(DESTDIR)/usr/local/share/stockbridge/web
	install -m 644 docs/*.md docs/openapi.yaml LICENSE $(DESTDIR)/usr/local/share/doc/stockbridge
	install -D -m 644 packaging/systemd/stockbridge.service $(DESTDIR)/etc/systemd/system/stockbridge.service

# About a minute when little changed: layout, rules, both compilers without a warning, unit tests under ASan and UBSan.
check:
	@STOCKBRIDGE_SUITES=unit ./test house build unit

check-all: ; @./test

# Every fuzz target for FUZZ_SECONDS (60), or some of them: `make fuzz T="json sheet"`.
fuzz: ; @scripts/bootstrap test && scripts/fuzz $(T)

# Random tests with new seeds for SOAK_HOURS (2), then the fuzz targets for SOAK_FUZZ_SECONDS (600) each.
soak: ; @scripts/bootstrap test && scripts/soak

# What docs/benchmarks.md shows, measured here: `make bench`, or some of it: `make bench ONLY="push reads"`.
bench: ; @scripts/bootstrap test && scripts/configure build-bench && meson compile -C build-bench && bench/run $(ONLY)

fmt: ; @tools/tidy/format --fix

clean: ; rm -rf build build-gcc build-test build-tsan build-cover build-bench build-fuzz web/dist
