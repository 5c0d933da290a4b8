// SPDX-License-Identifier: LGPL-2.1-or-later
// 256 KiB at random places: of a player that was away, with the lines idle; and of one that reads on as fast as the
// lines go, with the download in full swing. `--piece-kib N` for one size of pieces, else all.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/players.hpp"

#include <random>

namespace {

using namespace bench;

constexpr std::int64_t portion = 256 * KiB;
constexpr std::int64_t film_size = 512 * MiB;
constexpr auto swing = 1s;  ///< between two jumps

struct Row {
  int piece_kib;
  Goal idle, idle_p95, running;
};
// Big pieces are to be as good as small ones, unless only verified ones count.
constexpr Goal idle{Goal::Is::at_most, 0.20}, idle_p95{Goal::Is::at_most, 0.30}, running{Goal::Is::at_most, 0.24};
constexpr Row rows[] = {
    {256, idle, idle_p95, running}, {4096, idle, idle_p95, running}, {16384, idle, idle_p95, running}};

/// How long the first `portion` from there on takes.
double jump(Player& player, support::Payload const& film, std::int64_t to) {
  auto const asked = Clock::now();
  player.seek(to);
  read_checked(player, film, to, portion);
  return seconds_since(asked);
}

void seek(Row const& row, std::vector<Contestant> const& all, int runs, int seeks) {
  auto const plan = usual_swarm(row.piece_kib);
  auto const torrent = support::make_torrent("film.mkv", film_size, plan.piece_kib * 1024);
  support::Payload const film(1);
  Figures figures;
  auto const when_idle = plan.name + ": seek, lines idle";
  auto const when_running = plan.name + ": seek, full swing";
  // Each jump goes to a part of the film where nobody was before.
  auto const part = film_size / (2 * seeks + 2);

  for (int run = 0; run < runs; ++run)
    for (auto const& contestant : all)
      contestant.attempt([&] {
        Lines lines(torrent, plan);
        auto const client = contestant.start();
        std::mt19937_64 random(static_cast<unsigned>(run));
        std::vector<std::int64_t> places;
        for (int n = 1; n <= 2 * seeks + 1; ++n)
          places.push_back(n * part + static_cast<std::int64_t>(random() % static_cast<unsigned>(part / 4)));
        std::ranges::shuffle(places, random);

        read_checked(*client->open(lines.magnet()), film, 0, portion);
        for (int n = 0; n < seeks; ++n) {
          lines.wait_idle();
          figures.add(when_idle, contestant.name, jump(*client->open(lines.magnet()), film, places[n]));
        }
        auto const player = client->open(lines.magnet());
        for (int n = seeks; n <= 2 * seeks; ++n) {
          auto at = places[n];
          auto const took = jump(*player, film, at);
          if (n > seeks) figures.add(when_running, contestant.name, took);  // the first one found the lines idle
          for (auto const start = Clock::now(); Clock::now() - start < swing; at += portion)
            read_checked(*player, film, at + portion, portion);
        }
      });
  auto const& ours = all[0].name;
  figures.print(when_idle, ours, "s", row.idle, plan.floor(portion));
  figures.print(when_idle, ours, "s", row.idle_p95, plan.floor(portion), 0.95);
  figures.print(when_running, ours, "s", row.running, plan.floor(portion));
  figures.print(when_running, ours, "s", {}, plan.floor(portion), 0.95);
}

void benchmark(int argc, char** argv) {
  int const only = option(argc, argv, "--piece-kib", 0);
  for (auto const& row : rows)
    if (only == 0 || only == row.piece_kib)
      seek(row, contestants(argc, argv), option(argc, argv, "--runs", 3), option(argc, argv, "--seeks", 5));
}

}  // namespace

int main(int argc, char** argv) { return run("bench_seek", benchmark, argc, argv); }
