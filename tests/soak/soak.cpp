// SPDX-License-Identifier: LGPL-2.1-or-later
// Hours of viewing in minutes: viewers at the server (--server PROGRAM) and at Readers in this process, of films whose
// swarms (--swarms PROGRAM) never stay as they are. Every byte must be right (of those read early: few may be wrong,
// and whoever got them must be told), nobody may wait for longer than
// --patience seconds while a good peer is there, and nothing may grow. --storage file|ram, --minutes, --viewers (of
// each kind), --films (at a time), --seed (to do it again), --log FILE (of the server; that of the readers:
// FILE.readers).
#include "bench/own_session.hpp"
#include "soak/house.hpp"
#include "soak/ledger.hpp"

#include <cstdio>
#include <ctime>
#include <fstream>
#include <malloc.h>
#include <mutex>
#include <random>
#include <stdexcept>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
using bench::Clock;

constexpr int parts = 4;  ///< each ends with a rest
constexpr std::size_t most_failures = 10;
constexpr std::int64_t ram_mib = 16;
constexpr double longest_stop = 2;
constexpr double most_spoiled = 0.02;  ///< of viewings

struct Plan {
  std::string server, swarms, storage, log;
  double minutes;
  int viewers, films;
  unsigned seed;
  std::chrono::seconds patience;
};

/// As in the server's log.
std::string now() {
  auto const time = std::time(nullptr);
  std::tm local{};
  char text[32];
  std::strftime(text, sizeof text, "%F %T ", localtime_r(&time, &local));
  return text;
}

swarm::Settings own_settings(support::TempDir const& folder, Plan const& plan) {
  swarm::Settings settings;
  settings.download_path = folder / "files";
  settings.state_path = folder / "state";
  settings.listen = support::own_address() + ":0";
  settings.dht = settings.lsd = settings.port_mapping = settings.inject_trackers = false;
  settings.storage = plan.storage == "ram" ? swarm::StorageKind::ram : swarm::StorageKind::file;
  settings.ram_budget = ram_mib << 20;
  if (plan.log.empty()) return settings;
  auto const log = std::make_shared<std::ofstream>(plan.log + ".readers");
  settings.log = [log, mutex = std::make_shared<std::mutex>()](swarm::LogLevel, std::string_view line) {
    std::lock_guard const lock(*mutex);
    *log << now() << line << std::endl;
  };
  return settings;
}

class Soak {
 public:
  explicit Soak(Plan const& plan)
      : plan_(plan),
        swarms_({plan.swarms, std::to_string(plan.seed), std::to_string(plan.films)}),
        server_(plan.server, {{"TORRENT_STORAGE", plan.storage},
                              {"TORRENT_RAM_MB", std::to_string(ram_mib)},
                              {"TORRENT_CLEANUP_INTERVAL", "500"},
                              {"LOG_LEVEL", plan.log.empty() ? "error" : "debug"},  // held here, in memory
                              {"READ_TIMEOUT", "0"},
                              {"FIRST_BYTE_WAIT", std::to_string(plan.patience.count() * 1000)}}),
        session_(swarm::Session::create(own_settings(folder_, plan))),
        at_server_(soak::through_server(server_), plan.viewers, plan.seed + 1000, plan.patience),
        at_readers_(soak::by_readers(session_), plan.viewers, plan.seed + 2000, plan.patience),
        ledgers_{{"server", server_.child().pid()}, {"readers", getpid()}} {}

  void run() {
    auto const part = std::chrono::duration<double>(plan_.minutes * 60 / parts);
    for (int n = 0; n < parts && failures().empty(); ++n) {
      for (auto* house : houses_) house->fill();
      for (auto const start = Clock::now(); Clock::now() - start < part && failures().size() < most_failures;
           std::this_thread::sleep_for(250ms)) {
        look_for_films();
        for (auto* house : houses_) house->tidy();
        for (auto& ledger : ledgers_) ledger.at_work();
      }
      for (auto* house : houses_) house->empty();
      malloc_trim(0);  // as the server does
      for (auto& ledger : ledgers_) ledger.at_rest();
      std::printf("%d of %d: %ld viewings at the server, %ld by readers, %.1f GB; spoiled: %ld, %ld\n", n + 1, parts,
                  at_server_.viewings(), at_readers_.viewings(),
                  static_cast<double>(at_server_.bytes() + at_readers_.bytes()) / 1e9, at_server_.spoiled(),
                  at_readers_.spoiled());
      for (auto* house : houses_)
        std::printf("  longest read: %.1f s: %s\n", house->longest().seconds, house->longest().story.c_str());
      std::fflush(stdout);
    }
  }

  /// In the middle of everything.
  std::string stop() {
    for (auto* house : houses_) house->fill();
    for (auto const start = Clock::now(); Clock::now() - start < 3s; std::this_thread::sleep_for(250ms))
      look_for_films();
    for (auto* house : houses_) house->end();
    auto start = Clock::now();
    session_->stop();
    auto const session = bench::seconds_since(start);
    start = Clock::now();
    auto const exit = server_.child().stop(10s);
    auto const server = bench::seconds_since(start);
    std::printf("stopped at work: the session in %.2f s, the server in %.2f s\n", session, server);
    std::string wrong;
    if (session > longest_stop) wrong += "the session's stop took too long; ";
    if (!exit.ok()) wrong += "the server ended with " + std::to_string(exit.code) + " or by a signal; ";
    return wrong;
  }

  [[nodiscard]] std::vector<std::string> failures() const {
    auto all = at_server_.failures();
    for (auto const& more : at_readers_.failures()) all.push_back(more);
    return all;
  }

  [[nodiscard]] std::string server_log() const { return server_.child().err(); }

  [[nodiscard]] std::string verdict() const {
    std::string wrong;
    for (auto const& ledger : ledgers_) wrong += ledger.verdict();
    for (auto const* house : houses_)
      if (static_cast<double>(house->spoiled()) > 2 + most_spoiled * static_cast<double>(house->viewings()))
        wrong += "too much of what was read early was wrong; ";
    return wrong;
  }

 private:
  void look_for_films() {
    while (auto const line = swarms_.wait_for_line("^film .*$", 0ms))
      if (auto const film = soak::Film::parse(line->front()))
        for (auto* house : houses_) house->show(*film);
    if (!swarms_.running()) throw std::runtime_error("the swarms are gone: " + swarms_.err());
    if (!server_.child().running()) throw std::runtime_error("the server is gone: " + server_.child().err());
  }

  Plan plan_;
  support::TempDir folder_{"soak"};
  support::Child swarms_;
  bench::Server server_;
  std::shared_ptr<swarm::Session> session_;
  soak::House at_server_, at_readers_;
  soak::House* houses_[2] = {&at_server_, &at_readers_};
  soak::Ledger ledgers_[2];
};

void soak_for_a_while(int argc, char** argv) {
  using bench::option;
  mallopt(M_ARENA_MAX, 2);  // as in the server: what forty threads' arenas keep is no leak
  Plan const plan{option(argc, argv, "--server", std::string()),
                  option(argc, argv, "--swarms", std::string()),
                  option(argc, argv, "--storage", std::string("file")),
                  option(argc, argv, "--log", std::string()),
                  std::stod(option(argc, argv, "--minutes", std::string("10"))),
                  option(argc, argv, "--viewers", 8),
                  option(argc, argv, "--films", 5),
                  static_cast<unsigned>(option(argc, argv, "--seed", static_cast<int>(std::random_device{}() >> 2))),
                  std::chrono::seconds(option(argc, argv, "--patience", 20))};
  if (plan.server.empty() || plan.swarms.empty()) throw std::runtime_error("wants --server and --swarms PROGRAM");
  std::printf("--storage %s --minutes %g --seed %u\n", plan.storage.c_str(), plan.minutes, plan.seed);
  std::fflush(stdout);

  Soak soak(plan);
  soak.run();
  auto wrong = soak.stop() + soak.verdict();
  if (!plan.log.empty()) support::write_file(plan.log, soak.server_log());
  for (auto const& failure : soak.failures()) {
    std::printf("FAILED %s\n", failure.c_str());
    wrong += "a viewing failed; ";
  }
  if (!wrong.empty()) throw std::runtime_error(wrong);
  std::printf("nothing failed, nothing grew\n");
}

}  // namespace

int main(int argc, char** argv) { return bench::run("soak", soak_for_a_while, argc, argv); }
