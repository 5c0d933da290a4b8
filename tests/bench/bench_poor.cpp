// SPDX-License-Identifier: LGPL-2.1-or-later
// A film of 5 Mbit/s from three peers of 3 Mbit/s, one of which falls silent: what is left is just enough.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/viewing.hpp"

#include <condition_variable>
#include <cstdio>
#include <exception>
#include <mutex>
#include <thread>

namespace {

using namespace bench;

constexpr double film_rate = 5e6 / 8;
constexpr std::chrono::seconds silent_after{8};

void benchmark(int argc, char** argv) {
  SwarmPlan const plan{.name = "3 x 3 Mbit/s, one falls silent", .peers = {{3, 3, 60}}, .piece_kib = 512};
  auto const torrent = support::make_torrent("film.mkv", 64 * MiB, plan.piece_kib * 1024);
  support::Payload const film(1);
  auto const all = contestants(argc, argv);
  int const seconds = option(argc, argv, "--seconds", 30);
  Figures figures;
  auto const start = plan.name + ": magnet to picture";
  auto const stalls = plan.name + ": stops of the picture";
  auto const stalled = plan.name + ": seconds of stops";

  for (int run = 0; run < option(argc, argv, "--runs", 5); ++run)
    for (auto const& contestant : all) {
      Lines lines(torrent, plan);
      auto const client = contestant.start();
      std::mutex mutex;
      std::condition_variable over;
      bool ended = false;
      std::jthread const fate([&] {
        std::unique_lock lock(mutex);
        if (!over.wait_for(lock, silent_after, [&] { return ended; })) lines[0].stall();
      });
      auto const asked = Clock::now();
      try {
        auto const viewing = view(*client->open(lines.magnet()), film, 0, seconds, film_rate, asked);
        figures.add(start, contestant.name, viewing.start);
        figures.add(stalls, contestant.name, viewing.stalls);
        figures.add(stalled, contestant.name, viewing.stalled);
      } catch (std::exception const& error) {
        std::printf("%s gave up: %s\n", contestant.name.c_str(), error.what());
        figures.add(stalls, contestant.name, 1);
        figures.add(stalled, contestant.name, seconds_since(asked) - static_cast<double>(silent_after.count()));
      }
      std::lock_guard lock(mutex);
      ended = true;
      over.notify_all();
    }
  auto const& ours = all[0].name;
  figures.print(start, ours, "s", at_most(2.5), 5 * plan.rtt() + 2 * film_rate / plan.rate());
  figures.print(stalls, ours, "", at_most(0), 0);
  figures.print(stalled, ours, "s", at_most(0), 0);
}

}  // namespace

int main(int argc, char** argv) { return run("bench_poor", benchmark, argc, argv); }
