// SPDX-License-Identifier: LGPL-2.1-or-later
// Somebody searches for a scene: twenty jumps in a row, each given up as soon as 64 KiB are there. How long that takes,
// and how many bytes it costs.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/players.hpp"

#include <algorithm>
#include <random>

namespace {

using namespace bench;

constexpr int jumps = 20;
constexpr std::int64_t portion = 64 * KiB;
constexpr std::int64_t film_size = 400 * MiB;

void benchmark(int argc, char** argv) {
  auto const plan = usual_swarm(512);
  auto const torrent = support::make_torrent("film.mkv", film_size, plan.piece_kib * 1024);
  support::Payload const film(1);
  auto const all = contestants(argc, argv);
  Figures figures;
  auto const time = plan.name + ": " + std::to_string(jumps) + " jumps of 64 KiB";
  auto const cost = plan.name + ": what they cost";

  for (int run = 0; run < option(argc, argv, "--runs", 5); ++run)
    for (auto const& contestant : all)
      contestant.attempt([&] {
        Lines lines(torrent, plan);
        auto const client = contestant.start();
        std::mt19937_64 random(static_cast<unsigned>(run));
        read_checked(*client->open(lines.magnet()), film, 0, portion);
        lines.wait_idle();

        auto const before = lines.carried();
        auto player = client->open(lines.magnet());
        auto const start = Clock::now();
        for (int n = 0; n < jumps; ++n) {
          auto const to = static_cast<std::int64_t>(random() % static_cast<unsigned>(film_size - portion));
          player->seek(to);
          read_checked(*player, film, to, portion);
        }
        figures.add(time, contestant.name, seconds_since(start));
        player.reset();
        lines.wait_idle();
        figures.add(cost, contestant.name, static_cast<double>(lines.carried() - before) / 1e6);
      });
  figures.print(time, all[0].name, "s", at_most(3), jumps * plan.floor(portion));
  figures.print(cost, all[0].name, "MB", at_most(15), jumps * portion / 1e6);
}

}  // namespace

int main(int argc, char** argv) { return run("bench_storm", benchmark, argc, argv); }
