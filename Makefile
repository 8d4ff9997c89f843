# The commands of this project. ./run and ./test are thin wrappers that first install what is
# missing. Everything is built in build/.
BUILD ?= build
SUITES ?= ../shared/suites

.PHONY: build run test lint bench fuzz clean

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

fuzz:
	@tools/fuzz

clean:
	rm -rf build build-debug build-fuzz
