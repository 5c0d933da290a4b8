// SPDX-License-Identifier: LGPL-2.1-or-later
// Seeks in all kinds of swarms while the download runs as fast as the lines go, and what the lines carry between them.
// `--rows 1,5,7` for some of the table's rows.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/players.hpp"

#include <algorithm>
#include <cstdio>
#include <random>

namespace {

using namespace bench;

constexpr std::int64_t portion = 256 * KiB;
constexpr std::int64_t film_size = 512 * MiB;
constexpr auto settle = 500ms;  ///< after a seek, before the lines are watched
constexpr auto swing = 2s;      ///< they are watched for so long

/// A swarm, and what a prototype's seeks took there (s, median and p90): blocks as they come, and verified pieces.
struct Row {
  SwarmPlan plan;
  double blocks, blocks_p90, pieces, pieces_p90;
};

std::vector<Row> table() {
  auto const five = [](int piece_kib) { return usual_swarm(piece_kib); };
  return {
      {five(256), 0.19, 0.19, 0.24, 0.25},
      {five(1024), 0.20, 0.20, 0.35, 0.56},
      {five(4096), 0.20, 0.20, 0.98, 1.07},
      {five(16384), 0.20, 0.22, 4.4, 4.4},
      {{"1 x 25 Mbit/s, RTT 40", {{1, 25, 40}}}, 0.21, 0.21, 0.45, 0.79},
      {{"20 x 2 Mbit/s, RTT 40", {{20, 2, 40}}}, 0.26, 0.26, 0.45, 0.65},
      {{"5 x 8 Mbit/s, RTT 150", {{5, 8, 150}}}, 0.31, 0.32, 0.47, 0.68},
      {{"5 x 20 Mbit/s, RTT 40", {{5, 20, 40}}}, 0.14, 0.14, 0.20, 0.29},
      {{"2 x 20, RTT 40 + 6 x 1, RTT 120", {{2, 20, 40}, {6, 1, 120}}}, 0.17, 0.18, 0.32, 0.53},
      {{.name = "4 x 8 Mbit/s, one silent", .peers = {{4, 8, 40}}, .last_stalls = true}, 0.22, 0.23, 0.49, 0.83},
      {{.name = "5 x 8 Mbit/s, uTP only", .peers = {{5, 8, 40}}, .transport = Transport::utp}, 0.23, 0.23, 0, 0},
  };
}

void measure(Row const& row, std::vector<Contestant> const& all, bool strict, int runs, int seeks) {
  auto const& plan = row.plan;
  auto const torrent = support::make_torrent("film.mkv", film_size, plan.piece_kib * 1024);
  support::Payload const film(1);
  Figures figures;
  auto const seek = plan.name + ": seek";
  auto const share = plan.name + ": share of the lines";
  auto const twice = plan.name + ": sent twice";
  auto const part = film_size / (seeks + 1);

  for (int run = 0; run < runs; ++run)
    for (auto const& contestant : all)
      contestant.attempt([&] {
        Lines lines(torrent, plan);
        auto const client = contestant.start();
        std::mt19937_64 random(static_cast<unsigned>(run));
        std::vector<std::int64_t> places;
        for (int n = 0; n <= seeks; ++n)
          places.push_back(n * part + static_cast<std::int64_t>(random() % static_cast<unsigned>(part / 4)));
        std::ranges::shuffle(places, random);

        auto const player = client->open(lines.magnet());
        for (int n = 0; n <= seeks; ++n) {
          auto const start = Clock::now();
          player->seek(places[n]);
          read_checked(*player, film, places[n], portion);
          auto const took = seconds_since(start);
          auto at = places[n] + portion;
          auto const read_for = [&](auto time) {
            for (auto const begin = Clock::now(); Clock::now() - begin < time; at += portion)
              read_checked(*player, film, at, portion);
          };
          read_for(settle);
          auto const begin = Clock::now();
          auto const carried = lines.carried();
          read_for(swing);
          if (n == 0) continue;  // that was the start
          figures.add(seek, contestant.name, took);
          figures.add(share, contestant.name,
                      static_cast<double>(lines.carried() - carried) / seconds_since(begin) / plan.rate());
        }
        figures.add(twice, contestant.name,
                    static_cast<double>(lines.swarm().wasted()) / static_cast<double>(lines.swarm().uploaded()));
      });
  auto const& ours = all[0].name;
  auto const goal = [strict](double blocks, double pieces) {
    auto const prototype = strict ? pieces : blocks;
    return prototype > 0 ? at_most(1.25 * prototype) : Goal{};
  };
  figures.print(seek, ours, "s", goal(row.blocks, row.pieces), plan.floor(portion));
  figures.print(seek, ours, "s", goal(row.blocks_p90, row.pieces_p90), plan.floor(portion), 0.9);
  figures.print(share, ours, "", at_least(0.97), 1.0);
  figures.print(twice, ours, "", {}, 0.0);
}

void benchmark(int argc, char** argv) {
  auto const rows = option(argc, argv, "--rows", std::string());
  auto const verify = option(argc, argv, "--verify", std::string());
  int number = 0;
  for (auto const& row : table()) {
    ++number;
    if (!rows.empty() && ("," + rows + ",").find("," + std::to_string(number) + ",") == std::string::npos) continue;
    std::printf("%d\n", number);
    auto const all = contestants(argc, argv, row.plan.transport != Transport::tcp);
    measure(row, all, verify == "strict", option(argc, argv, "--runs", 2), option(argc, argv, "--seeks", 6));
  }
}

}  // namespace

int main(int argc, char** argv) { return run("bench_swarms", benchmark, argc, argv); }
