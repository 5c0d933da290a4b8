// SPDX-License-Identifier: LGPL-2.1-or-later
// Own (anonymous) memory while one film is streamed: by a Reader in this process, or with --server PROGRAM by the
// server. Once as fast as it goes and once at a film's pace.
#include "bench/own_session.hpp"
#include "bench/peak.hpp"
#include "bench/shared_film.hpp"

#include <cstdio>
#include <exception>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace {

using namespace bench;
using Clock = std::chrono::steady_clock;

long own_memory() {
  std::istringstream lines(support::read_file("/proc/self/status"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("RssAnon:")) return std::atol(line.c_str() + 8) * 1024;
  return 0;
}

/// Calls for portions until the film is over, at most `rate` bytes/s (0 = no limit), for at most ten seconds then.
void consume(SharedFilm const& film, std::int64_t rate, std::function<std::string(std::size_t)> const& next) {
  auto const start = Clock::now();
  for (std::int64_t at = 0; at < film.size();) {
    auto const some = next(256 * 1024);
    if (some.empty()) throw std::runtime_error("the stream ends early");
    film.check(at, some);
    at += static_cast<std::int64_t>(some.size());
    if (rate == 0) continue;
    auto const due = start + std::chrono::milliseconds(at * 1000 / rate);
    if (due - start > 10s) return;
    std::this_thread::sleep_until(due);
  }
}

double megabytes(long bytes) { return static_cast<double>(bytes) / 1e6; }

void measure(SharedFilm const& film, std::string const& program, std::int64_t rate) {
  auto const pace = rate ? std::to_string(rate / 1000000) + " MB/s" : std::string("no limit");
  if (program.empty()) {
    OwnSession own;
    long const before = own_memory();
    Peak peak(own_memory);
    auto const reader = own.session->add(swarm::Locator::parse(film.magnet()))->open(swarm::TheFilm{});
    std::string buffer;
    consume(film, rate, [&](std::size_t most) {
      buffer.resize(most);
      auto const result = reader->read(std::as_writable_bytes(std::span(buffer)));
      return buffer.substr(0, result.size);
    });
    std::printf("reader, %s: %.1f MB at most, %.1f before\n", pace.c_str(), megabytes(peak.highest()),
                megabytes(before));
  } else {
    Server server(program);
    long const before = server.child().anonymous_memory();
    Peak peak([&] { return server.child().anonymous_memory(); });
    auto const hash = server.add(film.magnet());
    support::http::Connection connection(server.at(), {}, 60s);
    connection.send({.target = "/stream/proxy/" + hash});
    if (connection.read_head().status != 200) throw std::runtime_error("the server refuses");
    consume(film, rate, [&](std::size_t most) { return connection.read_some(most); });
    std::printf("server, %s: %.1f MB at most, %.1f before\n", pace.c_str(), megabytes(peak.highest()),
                megabytes(before));
  }
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const program = option(argc, argv, "--server", std::string());
    SharedFilm const film(option(argc, argv, "--mib", 256) * support::MiB, 4, 512);
    measure(film, program, 0);
    measure(film, program, 2'000'000);
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "bench_memory: %s\n", error.what());
    return 1;
  }
}
