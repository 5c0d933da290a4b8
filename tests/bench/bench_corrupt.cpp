// SPDX-License-Identifier: LGPL-2.1-or-later
// Two of five peers send wrong bytes. A whole film: every byte that is read must be right all the same, in every run.
// Then somebody who jumps about, where blocks may be read before their piece is whole: how many jumps give a wrong
// byte, by how often the two lie, and what each costs. `--verify` does not matter to that: each mode has its turn.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/own_session.hpp"
#include "bench/players.hpp"
#include "swarm/error.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <random>
#include <stdexcept>
#include <vector>

namespace {

using namespace bench;

SwarmPlan plan(int piece_kib) {
  return {.name = "5 x 16 Mbit/s, 2 corrupt", .peers = {{5, 16, 20}}, .piece_kib = piece_kib};
}

void corrupt(Lines& lines, int run, int one, int other) {
  lines.swarm()[static_cast<std::size_t>(run % 5)].set_corruption({.every = one});
  lines.swarm()[static_cast<std::size_t>((run + 2) % 5)].set_corruption({.every = other, .first = run});
}

void whole_film(int argc, char** argv) {
  constexpr std::int64_t film_size = 12 * MiB;
  auto const swarm = plan(256);
  auto const torrent = support::make_torrent("film.mkv", film_size, swarm.piece_kib * 1024);
  support::Payload const film(1);
  auto all = contestants(argc, argv);
  all.resize(std::min<std::size_t>(all.size(), 2));
  Figures figures;
  auto const time = swarm.name + ": a film of 12 MiB";
  auto const failed = swarm.name + ": runs that failed";
  int const runs = option(argc, argv, "--runs", 25);

  for (int run = 0; run < runs; ++run)
    for (auto const& contestant : all) {
      Lines lines(torrent, swarm);
      corrupt(lines, run, 3 + run % 7, 1 + run % 3);
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
  figures.print(time, all[0].name, "s", {}, swarm.floor(film_size));
  figures.print(failed, all[0].name, "", at_most(0), 0.0, 1.0);
}

void jumps(int argc, char** argv) {
  constexpr std::int64_t film_size = 400 * MiB;
  constexpr std::int64_t portion = 256 * KiB;
  constexpr int jumps = 20;
  auto const swarm = plan(512);
  auto const torrent = support::make_torrent("film.mkv", film_size, swarm.piece_kib * 1024);
  support::Payload const film(1);
  int const runs = option(argc, argv, "--jump-runs", 3);

  std::printf("%d jumps of 256 KiB, %d films: those with a wrong byte; seconds of each, median; p95\n", jumps, runs);
  for (int const every : {3, 10, 30, 100, 300, 1000})
    for (auto const verify : {swarm::Verify::trusted, swarm::Verify::fast}) {
      std::vector<double> took;
      int wrong = 0;
      for (int run = 0; run < runs; ++run) {
        Lines lines(torrent, swarm);
        corrupt(lines, run, every, every);
        OwnSession own;
        auto const opened = own.session->add(swarm::Locator::parse(lines.magnet()));
        auto const player = player_of(opened->open(swarm::TheFilm{}, {.piece_timeout = 30s, .verify = verify}));
        std::mt19937_64 random(static_cast<unsigned>(run));
        for (int n = 0; n < jumps; ++n) {
          auto const to = static_cast<std::int64_t>(random() % static_cast<unsigned>(film_size - portion));
          auto const asked = Clock::now();
          player->seek(to);
          for (bool done = false; !done;) {
            try {
              read_checked(*player, film, to, portion);
              done = true;
            } catch (swarm::Error const& told) {  // what an earlier jump gave was wrong
              if (told.code() != swarm::Errc::wrong_bytes) throw;
              player->seek(to);
            } catch (std::runtime_error const&) {
              ++wrong;
              done = true;
            }
          }
          took.push_back(seconds_since(asked));
        }
      }
      std::printf("every %4dth block of the two is wrong, %-7s  %3d of %d   %.3f; %.3f\n", every,
                  verify == swarm::Verify::fast ? "fast" : "trusted", wrong, jumps * runs, median(took),
                  quantile(took, 0.95));
      std::fflush(stdout);
    }
}

void benchmark(int argc, char** argv) {
  if (option(argc, argv, "--runs", 25) > 0) whole_film(argc, argv);
  if (option(argc, argv, "--jump-runs", 3) > 0) jumps(argc, argv);
}

}  // namespace

int main(int argc, char** argv) { return run("bench_corrupt", benchmark, argc, argv); }
