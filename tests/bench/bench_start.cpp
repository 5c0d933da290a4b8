// SPDX-License-Identifier: LGPL-2.1-or-later
// From the magnet to the first byte, and to the picture: two seconds of a film of 5 Mbit/s. The peers come from a
// tracker, which is as far away as they are. The floor counts round trips: one each to hear of the peers, shake hands,
// get the metadata, be unchoked, get the block. To connect takes none: the lines do that by themselves.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/players.hpp"

#include <cstdio>

namespace {

using namespace bench;

constexpr int round_trips = 5;
constexpr std::int64_t picture = 2 * 5'000'000 / 8;

void start(SwarmPlan const& plan, support::MadeTorrent const& torrent, support::Tracker* tracker,
           std::vector<Contestant> const& all, int runs, double first_byte_goal) {
  Figures figures;
  support::Payload const film(1);
  auto const first = plan.name + ": magnet to first byte";
  auto const shown = plan.name + ": magnet to 2 s of film";
  for (int run = 0; run < runs; ++run)
    for (auto const& contestant : all)
      contestant.attempt([&] {
        Lines lines(torrent, plan, tracker);
        auto const client = contestant.start();
        auto const asked = Clock::now();
        auto const player = client->open(lines.magnet());
        read_checked(*player, film, 0, 1);
        figures.add(first, contestant.name, seconds_since(asked));
        read_checked(*player, film, 1, picture - 1);
        figures.add(shown, contestant.name, seconds_since(asked));
      });
  auto const floor = (tracker ? round_trips : round_trips - 1) * plan.rtt();
  figures.print(first, all[0].name, "s", at_most(first_byte_goal), floor);
  figures.print(shown, all[0].name, "s", at_most(0.9), floor + static_cast<double>(picture) / plan.rate());
}

void benchmark(int argc, char** argv) {
  int const runs = option(argc, argv, "--runs", 5);
  auto plan = usual_swarm();
  auto const torrent = support::make_torrent("film.mkv", 64 * MiB, plan.piece_kib * 1024);
  std::optional<support::Tracker> tracker;
  if (support::Tracker::installed())
    tracker.emplace().allow(torrent);
  else
    std::printf("The magnet names the peers, as there is no tracker: %s.\n", support::Tracker::advice);

  auto const usual = plan.name;
  for (auto const transport : {Transport::both, Transport::tcp}) {
    plan.transport = transport;
    plan.name = usual + (transport == Transport::tcp ? ", no uTP" : ", uTP too");
    start(plan, torrent, tracker ? &*tracker : nullptr, contestants(argc, argv, transport != Transport::tcp), runs,
          transport == Transport::tcp ? 0.5 : 0.6);
  }
}

}  // namespace

int main(int argc, char** argv) { return run("bench_start", benchmark, argc, argv); }
