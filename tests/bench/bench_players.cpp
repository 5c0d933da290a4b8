// SPDX-License-Identifier: LGPL-2.1-or-later
// Two players at different places of one film, a third at another film of the same pack, over lines that carry a little
// more than all three need. Once they only play; then one of them jumps again and again, and the others must not see
// it.
#include "bench/figures.hpp"
#include "bench/lines.hpp"
#include "bench/viewing.hpp"

#include <future>

namespace {

using namespace bench;

constexpr double film_rate = 6e6 / 8;
constexpr std::int64_t film_size = 160 * MiB;
constexpr double seconds = 20;
constexpr double between_jumps = 4;

void benchmark(int argc, char** argv) {
  SwarmPlan const plan{.name = "5 x 5 Mbit/s, three players of 6", .peers = {{5, 5, 40}}, .piece_kib = 512};
  support::TorrentSpec spec{
      .files = {support::payload_file("1.mkv", film_size, 1), support::payload_file("2.mkv", film_size, 2)},
      .name = "pack",
      .piece_size = plan.piece_kib * 1024};
  auto const torrent = support::make_torrent(spec);
  support::Payload const films[] = {support::Payload(1), support::Payload(2)};
  auto const ours = contestants(argc, argv)[0];
  Figures figures;

  for (int run = 0; run < option(argc, argv, "--runs", 5); ++run)
    for (bool const jumping : {false, true}) {
      auto const name = plan.name + (jumping ? ", one jumps" : "");
      Lines lines(torrent, plan);
      auto const client = ours.start();
      auto const magnet = lines.magnet();
      auto const play = [&](int file, std::int64_t from) {
        return std::async(std::launch::async, [&, file, from] {
          auto const asked = Clock::now();
          auto const player = client->open(magnet, file);
          player->seek(from);
          return view(*player, films[file], from, seconds, film_rate, asked);
        });
      };
      auto second = play(0, film_size / 2);
      auto third = play(1, 0);
      // The first one, here: a part of the film, a jump, a part …
      auto const player = client->open(magnet, 0);
      int const jumps = jumping ? static_cast<int>(seconds / between_jumps) : 1;
      for (int n = 0; n < jumps; ++n) {
        auto const from = n * (film_size / 16);
        auto const asked = Clock::now();
        player->seek(from);
        auto const viewing = view(*player, films[0], from, seconds / jumps, film_rate, asked);
        figures.add(name + (n == 0 ? ": picture of the first" : ": picture after a jump"), ours.name, viewing.start);
        figures.add(name + ": stops of the first", ours.name, viewing.stalls);
      }
      for (auto* other : {&second, &third}) {
        auto const viewing = other->get();
        figures.add(name + ": picture of the others", ours.name, viewing.start);
        figures.add(name + ": stops of the others", ours.name, viewing.stalls);
        figures.add(name + ": seconds of their stops", ours.name, viewing.stalled);
      }
    }
  auto const buffered = 2 * film_rate / plan.rate();
  for (std::string const& name : {plan.name, plan.name + ", one jumps"}) {
    figures.print(name + ": picture of the first", ours.name, "s", {}, 3 * buffered + 5 * plan.rtt());
    figures.print(name + ": picture of the others", ours.name, "s", {}, 3 * buffered + 5 * plan.rtt());
    figures.print(name + ": picture after a jump", ours.name, "s", {}, buffered + plan.rtt());
    for (auto const* figure : {": stops of the first", ": stops of the others", ": seconds of their stops"})
      figures.print(name + figure, ours.name, "", at_most(0), 0.0, 1.0);
  }
}

}  // namespace

int main(int argc, char** argv) { return run("bench_players", benchmark, argc, argv); }
