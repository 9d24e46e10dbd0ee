# Everything a newcomer types: `make demo`, then `make test`. The steps themselves are small scripts in .ci/.
#
#   make demo      set up this machine, build, fetch the default models, show what the programs do
#   make test      set up, then every test in release and the safety checks in debug
#   make build     set up and build the programs in release
#   make models    fetch the default models (MODELS="name name" for others)
#   make fuzz      build the libFuzzer targets and run each for FUZZ_SECONDS
#   make format    rewrite the sources in the project's format
#   make clean     remove what was built (fetched models stay)

MODELS ?= whisper-tiny.en silero-vad smollm2-135m-instruct efficientnet-lite0
FUZZ_SECONDS ?= 60

.DEFAULT_GOAL := build
.PHONY: demo test build models fuzz format lint clean setup

setup:
	@.ci/toolchain
	@.ci/packages

build: setup
	@.ci/compile swift build -c release --product speech
	@.ci/compile swift build -c release --product text
	@.ci/compile swift build -c release --product vision

models: build
	@.ci/models .build/release/speech $(MODELS)

demo: build
	@.ci/demo .build/release $(MODELS)

test: setup lint
	@.ci/test $(MODELS)

lint:
	@.ci/lint

fuzz: setup
	@.ci/fuzz $(FUZZ_SECONDS)

format:
	swift format -i -r --parallel Package.swift Sources Apps Tests

clean:
	rm -rf .build .build-*
