# The few words; `./demo` and `./check` do the work on a machine that has nothing yet.
BUILD  = build
PREFIX = /usr/local

all: $(BUILD)/build.ninja
	ninja -C $(BUILD)

demo:
	./demo

check:
	./check

install: all
	meson configure $(BUILD) -Dprefix=$(PREFIX)
	meson install -C $(BUILD)

# This project's own performance, as far as it does not depend on the machine's load.
guard: all
	cd bench && ../$(BUILD)/src/cli/whet check --tag steady --report ../$(BUILD)/check

# Side by side with other tools, which this installs.
peers: all
	tools/setup peers
	bench/peers/run

# The tests once more, in a build folder of their own.
asan tsan fuzz cover:
	tools/variant $@

format:
	git ls-files '*.c' '*.h' | xargs clang-format-14 -i

clean:
	rm -rf $(BUILD) build-*

$(BUILD)/build.ninja:
	rm -rf $(BUILD)/meson-private
	meson setup $(BUILD)

.PHONY: all demo check install guard peers asan tsan fuzz cover format clean
