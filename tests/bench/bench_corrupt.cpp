// SPDX-License-Identifier: LGPL-2.1-or-later
// Two of five peers send wrong bytes: every byte that is read must be right all the same, in every run. Read_checked
// throws at the first one that is not.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/players.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>

namespace {

using namespace bench;

constexpr std::int64_t film_size = 12 * MiB;

void benchmark(int argc, char** argv) {
  SwarmPlan const plan{.name = "5 x 16 Mbit/s, 2 corrupt", .peers = {{5, 16, 20}}, .piece_kib = 256};
  auto const torrent = support::make_torrent("film.mkv", film_size, plan.piece_kib * 1024);
  support::Payload const film(1);
  auto all = contestants(argc, argv);
  all.resize(std::min<std::size_t>(all.size(), 2));
  Figures figures;
  auto const time = plan.name + ": a film of 12 MiB";
  auto const failed = plan.name + ": runs that failed";
  int const runs = option(argc, argv, "--runs", 25);

  for (int run = 0; run < runs; ++run)
    for (auto const& contestant : all) {
      Lines lines(torrent, plan);
      lines.swarm()[static_cast<std::size_t>(run % 5)].set_corruption({.every = 3 + run % 7});
      lines.swarm()[static_cast<std::size_t>((run + 2) % 5)].set_corruption({.every = 1 + run % 3, .first = run});
      auto const client = contestant.start();
      auto const start = Clock::now();
      bool right = true;
      try {
        read_checked(*client->open(lines.magnet()), film, 0, film_size);
        figures.add(time, contestant.name, seconds_since(start));
      } catch (std::exception const& error) {
        right = false;
        std::printf("%s, run %d: %s\n", contestant.name.c_str(), run, error.what());
        std::fflush(stdout);
      }
      figures.add(failed, contestant.name, right ? 0 : 1);
    }
  figures.print(time, all[0].name, "s", {}, plan.floor(film_size));
  figures.print(failed, all[0].name, "", at_most(0), 0.0, 1.0);
}

}  // namespace

int main(int argc, char** argv) { return run("bench_corrupt", benchmark, argc, argv); }
