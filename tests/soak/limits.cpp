// SPDX-License-Identifier: LGPL-2.1-or-later
// The limits of servers in use: two nodes that share a Redis, and one alone. Disk, files, torrents, connections and
// rates are watched from outside, while torrents are added, watched in part, left, pinned and deleted.
//   limits --server PROGRAM --seeder PROGRAM [--minutes 4] [--seed N] [--log FOLDER]
#include "cache/redis_server.hpp"
#include "soak/audience.hpp"

#include <cstdio>
#include <random>
#include <stdexcept>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Environment = bench::Server::Environment;

void watch_limits(int argc, char** argv) {
  using bench::option;
  auto const server = option(argc, argv, "--server", std::string());
  auto const seeder = option(argc, argv, "--seeder", std::string());
  auto const log = option(argc, argv, "--log", std::string());
  auto const minutes = std::stod(option(argc, argv, "--minutes", std::string("4")));
  auto const seed = static_cast<unsigned>(option(argc, argv, "--seed", static_cast<int>(std::random_device{}() >> 2)));
  if (server.empty() || seeder.empty()) throw std::runtime_error("wants --server and --seeder PROGRAM");
  std::printf("--minutes %g --seed %u\n", minutes, seed);
  std::fflush(stdout);

  support::RedisServer redis;
  soak::Shelf const shelf(seeder, 9, 3);
  auto const shared = [&](char const* name) {
    return Environment{{"CACHE_BACKEND", "redis"},
                       {"REDIS_URL", redis.url()},
                       {"REDIS_PASSWORD", support::RedisServer::password},
                       {"NODE_NAME", name}};
  };
  soak::Node nodes[] = {{"one", server, shared("one"), {}, shelf},
                        {"two", server, shared("two"), {}, shelf},
                        {"alone", server, {{"CACHE_BACKEND", "sqlite"}}, {}, shelf}};
  std::vector<std::unique_ptr<soak::Audience>> audiences;
  for (auto& node : nodes)
    audiences.push_back(
        std::make_unique<soak::Audience>(node, shelf, seed + 100 * static_cast<unsigned>(audiences.size())));

  std::string wrong;
  for (auto const end = Clock::now() + std::chrono::duration<double>(minutes * 60); Clock::now() < end;
       std::this_thread::sleep_for(100ms)) {
    std::size_t n = 0;
    for (auto& node : nodes) {
      auto& audience = *audiences[n++];
      node.sample(audience.wants(), audience.wanted());
      if (!node.running()) throw std::runtime_error(node.name() + " is gone: " + node.log());
    }
  }
  for (std::size_t n = 0; n < audiences.size(); ++n) {
    for (auto const& failure : audiences[n]->failures()) wrong += failure + "\n";
    std::printf("%s: %ld viewings\n", nodes[n].name().c_str(), audiences[n]->viewings());
    if (audiences[n]->viewings() == 0) wrong += "nobody saw a film at " + nodes[n].name() + "\n";
  }
  audiences.clear();
  for (auto& node : nodes) {
    wrong += node.verdict();
    if (!log.empty()) support::write_file(log + "/" + node.name() + ".log", node.log());
  }
  if (!wrong.empty()) throw std::runtime_error(wrong);
}

}  // namespace

int main(int argc, char** argv) { return bench::run("limits", watch_limits, argc, argv); }
