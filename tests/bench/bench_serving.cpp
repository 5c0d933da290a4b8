// SPDX-License-Identifier: LGPL-2.1-or-later
// A complete file to many clients: the server (--server PROGRAM) against nginx with sendfile and two workers, by turns
// in one run, both from the very same file. --range-kib, --mib, --runs, --clients N for one number of them only.
#include "bench/http_load.hpp"
#include "bench/shared_film.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace {

using namespace bench;

/// Seconds of CPU that the process and those that it started have used.
double cpu_of(pid_t pid) {
  std::istringstream words(support::read_file("/proc/" + std::to_string(pid) + "/stat"));
  double user = 0, system = 0;
  std::string word;
  for (int i = 0; i < 13 && words >> word; ++i) continue;
  words >> user >> system;
  double sum = (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
  auto const id = std::to_string(pid);
  std::istringstream children(support::read_file("/proc/" + id + "/task/" + id + "/children"));
  for (pid_t child = 0; children >> child;) sum += cpu_of(child);
  return sum;
}

struct Contestant {
  char const* name;
  support::Child child;
  support::Endpoint at;
  std::string target;
};

Contestant start_ours(std::string const& program, support::TempDir const& folder, SharedFilm const& film) {
  support::Child child({program}, {.environment = {{"HOST", "127.0.0.1"},
                                                   {"PORT", "0"},
                                                   {"TORRENT_LISTEN", support::own_address() + ":0"},
                                                   {"TORRENT_DHT", "false"},
                                                   {"TORRENT_LSD", "false"},
                                                   {"TORRENT_PORT_MAPPING", "false"},
                                                   {"TRACKER_INJECT", "false"},
                                                   {"HTTP_MAX_REQUESTS", "0"},
                                                   {"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "0"},
                                                   {"TORRENT_DOWNLOAD_PATH", folder / "files"},
                                                   {"STATE_PATH", folder / "state"}}});
  auto const line = child.wait_for_line("listening on http://[^ ]*:(\\d+)");
  if (!line) throw std::runtime_error("the server does not start: " + child.err());
  support::Endpoint const at{"127.0.0.1", static_cast<std::uint16_t>(std::stoi((*line)[1]))};
  auto const added = support::http::post(at, "/api/torrents", "{\"magnetUri\": \"" + film.magnet() + "\"}");
  auto const hash = added.body.substr(added.body.find("infoHash\":\"") + 11, 40);
  // It downloads the whole film, for one client and for good.
  support::http::Connection client(at, {}, 60s);
  client.send({.target = "/stream/proxy/" + hash});
  client.read_head();
  for (std::int64_t got = 0; got < film.size();) {
    auto const some = client.read_some(1 << 20);
    if (some.empty()) throw std::runtime_error("the film does not come");
    film.check(got, some);
    got += static_cast<std::int64_t>(some.size());
  }
  return {"server", std::move(child), at, "/stream/proxy/" + hash};
}

Contestant start_nginx(support::TempDir const& folder, std::string const& root, std::string const& target) {
  support::Endpoint const at{"127.0.0.1", support::free_port()};
  std::string config = geteuid() == 0 ? "user root;\n" : "";
  config += "daemon off;\nworker_processes 2;\npid " + folder / "nginx.pid" + ";\nerror_log stderr;\n" +
            "events { worker_connections 1024; }\nhttp {\n  access_log off;\n  sendfile on;\n  tcp_nopush on;\n" +
            "  keepalive_requests 1000000000;\n";
  for (auto const* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
    config += std::string("  ") + kind + "_temp_path " + folder / kind + ";\n";
  config += "  server { listen " + at.str() + " reuseport backlog=1024; root " + root + "; }\n}\n";
  support::write_file(folder / "nginx.conf", config);
  auto program = support::find_program("nginx");
  if (program.empty()) program = "/usr/sbin/nginx";
  support::Child child({program, "-e", "stderr", "-p", folder.str(), "-c", folder / "nginx.conf"});
  for (int attempt = 0;; ++attempt) {
    try {
      support::connect_to(at);
      return {"nginx", std::move(child), at, target};
    } catch (std::exception const&) {
      if (attempt == 100 || !child.running()) throw std::runtime_error("nginx does not start: " + child.err());
      usleep(20000);
    }
  }
}

double percentile(std::vector<double> times, double share) {
  std::ranges::sort(times);
  return times.empty() ? 0 : times[static_cast<std::size_t>(static_cast<double>(times.size() - 1) * share)];
}

void compare(Contestant (&both)[2], Load load, int runs, double goal) {
  std::vector<double> rates[2], costs[2], slowest[2], ratios;
  for (int run = 0; run < runs; ++run) {
    for (int turn = 0; turn < 2; ++turn) {
      int const who = (turn + run) % 2;
      auto& contestant = both[who];
      load.server = contestant.at;
      load.target = contestant.target;
      double const before = cpu_of(contestant.child.pid());
      auto const served = put_load(load, static_cast<unsigned>(run));
      auto const whole = std::chrono::duration<double>(load.warm_up + load.time).count();
      rates[who].push_back(served.rate);
      costs[who].push_back((cpu_of(contestant.child.pid()) - before) / (served.rate * whole / 1e9));
      slowest[who].push_back(percentile(served.times, 0.99) * 1000);
    }
    ratios.push_back(rates[0].back() / rates[1].back());
  }
  std::printf("%4d clients: ratio %.2f (goal %.1f)", load.clients, median(ratios), goal);
  for (int who = 0; who < 2; ++who)
    std::printf("   %s %5.0f MB/s, %.2f CPU s/GB, p99 %.0f ms", both[who].name, median(rates[who]) / 1e6,
                median(costs[who]), median(slowest[who]));
  std::printf("\n");
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const program = option(argc, argv, "--server", std::string());
    if (program.empty()) throw std::runtime_error("name the server with --server PROGRAM");
    support::TempDir const folder("bench");
    auto film = std::make_unique<SharedFilm>(option(argc, argv, "--mib", 512) * support::MiB, 4, 1024);
    auto ours = start_ours(program, folder, *film);
    Load load{.size = film->size(), .range = option(argc, argv, "--range-kib", 4096) * support::KiB};
    film.reset();  // nobody but the two is to use the machine
    auto const hash = ours.target.substr(ours.target.rfind('/') + 1);
    auto rival = start_nginx(folder, folder / "files/" + hash, "/film.mkv");
    Contestant both[] = {std::move(ours), std::move(rival)};
    int const runs = option(argc, argv, "--runs", 5), only = option(argc, argv, "--clients", 0);
    struct {
      int clients;
      double goal;
    } const rows[] = {{1, 1.0}, {10, 1.0}, {50, 1.0}, {200, 0.9}};
    std::printf("ranges of %lld KiB, medians of %d\n", static_cast<long long>(load.range / support::KiB), runs);
    for (auto const& row : rows) {
      if (only && only != row.clients) continue;
      load.clients = row.clients;
      compare(both, load, runs, row.goal);
    }
    auto const status = support::http::get(both[0].at, "/status").body;
    for (std::string const name : {"longestTurn", "longestOwnTurn"})
      if (auto const found = status.find(name); found != std::string::npos)
        std::printf("the main loop's %s: %.1f ms\n", name.c_str(), std::atof(status.c_str() + found + name.size() + 2));
    std::printf("the server's own memory: %.1f MB\n", static_cast<double>(both[0].child.anonymous_memory()) / 1e6);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "bench_serving: %s\n", error.what());
    return 1;
  }
}
