// SPDX-License-Identifier: LGPL-2.1-or-later
// What each TORRENT_PROFILE of the server (--server PROGRAM) costs: at rest, with one film and with ten, each from five
// peers of 8 Mbit/s and played at 8 Mbit/s. --seconds.
#include "bench/http_client.hpp"
#include "bench/lines.hpp"
#include "bench/peak.hpp"
#include "bench/shared_film.hpp"
#include "bench/viewing.hpp"

#include <cstdio>
#include <cstdlib>
#include <future>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace {

using namespace bench;

constexpr double film_rate = 8e6 / 8;

double cpu_of(pid_t pid) {
  std::istringstream words(support::read_file("/proc/" + std::to_string(pid) + "/stat"));
  std::string word;
  for (int i = 0; i < 13 && words >> word; ++i) continue;
  double user = 0, system = 0;
  words >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

int peers_of(Server& server) {
  auto const status = support::http::get(server.at(), "/status").body;
  auto const found = status.find("\"peers\":");
  return found == std::string::npos ? -1 : std::atoi(status.c_str() + found + 8);
}

void measure(std::string const& program, std::string const& profile, int films, double seconds) {
  Server server(program, {{"TORRENT_PROFILE", profile}});
  std::vector<std::unique_ptr<Lines>> swarms;
  for (int n = 0; n < films; ++n) {
    auto const plan = usual_swarm(1024);
    auto const size = static_cast<std::int64_t>(8 * seconds * film_rate);
    swarms.push_back(std::make_unique<Lines>(
        support::make_torrent("film.mkv", size, plan.piece_kib * 1024, static_cast<std::uint64_t>(n) + 1), plan));
  }
  auto const idle = server.child().anonymous_memory();
  auto const before = cpu_of(server.child().pid());
  Peak peak([&] { return server.child().anonymous_memory(); });
  std::vector<std::future<Viewing>> viewings;
  for (int n = 0; n < films; ++n)
    viewings.push_back(std::async(std::launch::async, [&, n] {
      auto const asked = Clock::now();
      auto const hash = server.add(swarms[static_cast<std::size_t>(n)]->magnet());
      auto const player = play_over_http(server.at(), "/stream/proxy/" + hash);
      return view(*player, support::Payload(static_cast<std::uint64_t>(n) + 1), 0, seconds, film_rate, asked);
    }));
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds / 2));
  int const peers = peers_of(server), threads = server.child().threads();
  int stops = 0;
  for (auto& viewing : viewings) stops += viewing.get().stalls;
  std::int64_t carried = 0;
  for (auto const& swarm : swarms) carried += swarm->carried();
  std::printf("%-8s %2d films: %.1f MB at rest, %.1f at most, %.1f CPU s/GB, %d threads, %d peers, %d stops\n",
              profile.c_str(), films, static_cast<double>(idle) / 1e6, static_cast<double>(peak.highest()) / 1e6,
              (cpu_of(server.child().pid()) - before) / (static_cast<double>(carried) / 1e9), threads, peers, stops);
  std::fflush(stdout);
}

void benchmark(int argc, char** argv) {
  auto const program = option(argc, argv, "--server", std::string());
  if (program.empty()) throw std::runtime_error("name the server with --server PROGRAM");
  for (int const films : {1, 10})
    for (char const* profile : {"tv", "desktop", "server"})
      measure(program, profile, films, option(argc, argv, "--seconds", 20));
}

}  // namespace

int main(int argc, char** argv) { return run("bench_profiles", benchmark, argc, argv); }
