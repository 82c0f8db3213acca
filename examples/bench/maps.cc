// A counter that threads share, and what a map and a vector cost: benchmarks of C++.
//
//     c++ -O2 maps.cc $(pkg-config --cflags --libs whet) && ./a.out
#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include <whet/bench.h>

namespace
{

template <class Map> void look_up(struct whet_bench_state *state)
{
    const auto size = static_cast<std::size_t>(whet_bench_value(state, "size"));
    Map map;
    std::size_t at = 0;

    for (std::size_t i = 0; i < size; i++)
        map["name" + std::to_string(i)] = i;
    const std::string wanted = "name" + std::to_string(size / 2);
    whet_bench_set_items(state, 1);
    WHET_BENCH_LOOP(state)
    {
        at = map.find(wanted)->second;
        WHET_BENCH_KEEP(at);
    }
}

std::atomic<long> counter;
std::mutex mutex;
long guarded;

} // namespace

WHET_BENCH_CONFIG(look_up_tree, config)
{
    whet_bench_range(config, "size", 16, 4096, 16);
}

WHET_BENCH(look_up_tree, state)
{
    look_up<std::map<std::string, std::size_t>>(state);
}

WHET_BENCH_CONFIG(look_up_hash, config)
{
    whet_bench_range(config, "size", 16, 4096, 16);
}

WHET_BENCH(look_up_hash, state)
{
    look_up<std::unordered_map<std::string, std::size_t>>(state);
}

static void with_threads(struct whet_bench_config *config)
{
    whet_bench_threads(config, 1);
    whet_bench_threads(config, 2);
}

WHET_BENCH_CONFIG(count_atomic, config)
{
    with_threads(config);
}

WHET_BENCH(count_atomic, state)
{
    WHET_BENCH_LOOP(state)
    counter.fetch_add(1, std::memory_order_relaxed);
}

WHET_BENCH_CONFIG(count_locked, config)
{
    with_threads(config);
}

WHET_BENCH(count_locked, state)
{
    WHET_BENCH_LOOP(state)
    {
        std::lock_guard<std::mutex> lock(mutex);
        guarded++;
    }
    whet_bench_counter(state, "counted", static_cast<double>(guarded), WHET_COUNTER_COUNT,
                       WHET_COUNTER_NEITHER);
}

int main(int argc, char **argv)
{
    return whet_bench_main(argc, argv);
}
