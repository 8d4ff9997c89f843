# The commands of this project. ./run and ./test are thin wrappers that first install what is
# missing. Everything is built in build/.
BUILD ?= build
SUITES ?= ../shared/suites

.PHONY: build run test lint bench bench-million fuzz clean

build:
	@tools/build $(BUILD)

run: build
	@tools/serve-demo $(BUILD)

test:
	@tools/test

lint:
	@tools/lint

bench: build
	@bench/run $(BUILD)

# A million cases on SQLite; makes 11 GB in /tmp/motcua-million.
bench-million:
	@[ -d build-o ] || meson setup build-o --buildtype=release >/dev/null
	@bench/million/run build-o

fuzz:
	@tools/fuzz

clean:
	rm -rf build build-debug build-fuzz
