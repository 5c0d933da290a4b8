// SPDX-License-Identifier: LGPL-2.1-or-later
// A house full of players: fifty at five films that are complete on the server's disk, ten at different places of one
// that it downloads meanwhile; all of 8 Mbit/s, read at that pace with ten seconds of buffer. --server PROGRAM,
// --seconds, --clients (of the complete films), --live (of the other), --mbit (of its swarm), --piece-kib.
#include "bench/http_client.hpp"
#include "bench/lines.hpp"
#include "bench/peak.hpp"
#include "bench/shared_film.hpp"
#include "bench/viewing.hpp"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <stdexcept>
#include <thread>

namespace {

using namespace bench;

constexpr double film_rate = 8e6 / 8;
constexpr int films = 5;
constexpr double spread = 20;  ///< seconds of a film between the first and the last place where somebody starts

/// The film and its seeders; they are gone when the server has all of it.
support::Payload put_on_disk(Server& server, int number, std::int64_t size, std::string& target) {
  SharedFilm const film(size, 2, 1024, static_cast<std::uint64_t>(number));
  auto const hash = server.add(film.magnet());
  target = "/stream/proxy/" + hash;
  for (auto const start = Clock::now(); seconds_since(start) < 120; std::this_thread::sleep_for(50ms))
    if (support::http::get(server.at(), "/api/torrents/" + hash).body.find("\"complete\"") != std::string::npos)
      return film.payload();
  throw std::runtime_error("a film is not complete after two minutes");
}

/// In ms, by the server's own account.
double longest(Server& server, std::string const& what) {
  auto const status = support::http::get(server.at(), "/status").body;
  auto const found = status.find('"' + what + '"');
  if (found == std::string::npos) throw std::runtime_error("/status does not tell the " + what);
  return std::atof(status.c_str() + found + what.size() + 3);
}

void benchmark(int argc, char** argv) {
  auto const program = option(argc, argv, "--server", std::string());
  if (program.empty()) throw std::runtime_error("name the server with --server PROGRAM");
  double const seconds = option(argc, argv, "--seconds", 60);
  int const clients = option(argc, argv, "--clients", 50), live = option(argc, argv, "--live", 10);
  auto const part = static_cast<std::int64_t>((seconds + spread) * film_rate);

  Server server(program, {{"LOG_LEVEL", "debug"}});
  std::vector<std::string> targets(films);
  std::vector<support::Payload> payloads;
  for (int n = 0; n < films; ++n) payloads.push_back(put_on_disk(server, n + 1, part + n * MiB, targets[n]));
  Figures figures;
  figures.add("main loop's own longest turn before that", "server", longest(server, "longestOwnTurn"));

  // A quarter more than the ten take.
  SwarmPlan const plan{.peers = {{5, option(argc, argv, "--mbit", 100) / 5.0, 40}},
                       .piece_kib = option(argc, argv, "--piece-kib", 1024)};
  auto const torrent = support::make_torrent("live.mkv", std::max(live, 1) * part, plan.piece_kib * 1024, 99);
  Lines lines(torrent, plan);
  auto const hash = server.add(lines.magnet());

  auto const memory = [&] { return server.child().anonymous_memory(); };
  Peak peak(memory);
  std::vector<std::future<Viewing>> viewings;
  auto const view_in_thread = [&](std::string const& target, support::Payload film, std::int64_t from) {
    viewings.push_back(std::async(std::launch::async, [=, &server] {
      auto const asked = Clock::now();
      auto const player = play_over_http(server.at(), target);
      player->seek(from);
      return view(*player, film, from, seconds, film_rate, asked);
    }));
  };
  for (int n = 0; n < clients; ++n)
    view_in_thread(targets[n % films], payloads[n % films],
                   static_cast<std::int64_t>(n * spread / clients * film_rate));
  for (int n = 0; n < live; ++n) view_in_thread("/stream/proxy/" + hash, support::Payload(99), n * part);

  for (std::size_t n = 0; n < viewings.size(); ++n) {
    auto const viewing = viewings[n].get();
    std::string const who = n < static_cast<std::size_t>(clients) ? "complete films" : "live swarm";
    figures.add(who + ": picture after", "server", viewing.start);
    figures.add(who + ": stops of a client", "server", viewing.stalls);
    figures.add(who + ": seconds of its stops", "server", viewing.stalled);
  }
  figures.add("own memory at most", "server", static_cast<double>(peak.highest()) / 1e6);
  for (std::string const what : {"longestTurn", "longestOwnTurn"})
    figures.add("main loop's " + what, "server", longest(server, what));

  for (std::string const who : {"complete films", "live swarm"}) {
    figures.print(who + ": picture after", "server", "s", {}, 0);
    figures.print(who + ": picture after", "server", "s", {}, 0, 1);
    figures.print(who + ": stops of a client", "server", "", at_most(0), 0, 1);
    figures.print(who + ": seconds of its stops", "server", "s", {}, 0, 1);
  }
  figures.print("own memory at most", "server", "MB", at_most(80), 0);
  figures.print("main loop's longestTurn", "server", "ms", {}, 0);
  figures.print("main loop's own longest turn before that", "server", "ms", at_most(20), 0);
  figures.print("main loop's longestOwnTurn", "server", "ms", at_most(20), 0);
  if (option(argc, argv, "--verbose", 0)) std::printf("%s", server.child().err().c_str());
}

}  // namespace

int main(int argc, char** argv) { return run("bench_crowd", benchmark, argc, argv); }
