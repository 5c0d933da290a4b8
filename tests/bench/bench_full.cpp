// SPDX-License-Identifier: LGPL-2.1-or-later
// A whole film from seeders without limits: read through a Reader (or, with --server PROGRAM, through the server)
// against a bare libtorrent client that downloads it, by turns in one run. From the moment the metadata are known to
// the last byte, and from the magnet to the last byte.
#include "bench/own_session.hpp"
#include "bench/shared_film.hpp"
#include "support/leecher.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>

namespace {

using namespace bench;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Run {
  double transfer = 0;  ///< seconds from the metadata on
  double all = 0;       ///< seconds from the magnet on
};

Run bare(SharedFilm const& film) {
  auto const start = Clock::now();
  support::Leecher leecher(film.magnet());
  if (!leecher.wait_for_metadata()) throw std::runtime_error("the bare client gets no metadata");
  auto const known = Clock::now();
  if (!leecher.wait_complete(10min)) throw std::runtime_error("the bare client does not finish");
  Run const run{seconds_since(known), seconds_since(start)};
  leecher.flush();
  film.check(0, support::read_file(leecher.folder() / "film.mkv"));
  return run;
}

Run ours(SharedFilm const& film, std::string& buffer) {
  OwnSession own;
  auto const start = Clock::now();
  auto const torrent = own.session->add(swarm::Locator::parse(film.magnet()));
  auto const reader = torrent->open(swarm::TheFilm{});
  std::size_t done = 0;
  while (done < buffer.size()) {
    auto const into = std::as_writable_bytes(std::span(buffer))
                          .subspan(done, std::min<std::size_t>(256 * 1024, buffer.size() - done));
    auto const result = reader->read(into);
    if (result.outcome != swarm::Reader::Outcome::bytes) throw std::runtime_error("the reader ends early");
    done += result.size;
  }
  auto const phases = torrent->status().phases;
  double const all = seconds_since(start);
  double const metadata = phases.metadata ? std::chrono::duration<double>(*phases.metadata).count() : 0;
  film.check(0, buffer);
  return {all - metadata, all};
}

Run through_server(SharedFilm const& film, std::string const& program, std::string& buffer) {
  Server server(program);
  auto const start = Clock::now();
  auto const hash = server.add(film.magnet());
  auto const known = Clock::now();
  support::http::Connection connection(server.at(), {}, 60s);
  connection.send({.target = "/stream/proxy/" + hash});
  auto const head = connection.read_head();
  if (head.status != 200) throw std::runtime_error("the server answers " + std::to_string(head.status));
  std::size_t done = 0;
  while (done < buffer.size()) {
    auto const some = connection.read_some(buffer.size() - done);
    if (some.empty()) throw std::runtime_error("the body ends early");
    buffer.replace(done, some.size(), some);
    done += some.size();
  }
  Run const run{seconds_since(known), seconds_since(start)};
  film.check(0, buffer);
  return run;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    auto const size = option(argc, argv, "--mib", 128) * support::MiB;
    int const runs = option(argc, argv, "--runs", 5);
    auto const program = option(argc, argv, "--server", std::string());
    SharedFilm const film(size, option(argc, argv, "--seeders", 4), option(argc, argv, "--piece-kib", 512));
    std::string buffer(static_cast<std::size_t>(size), '\0');
    std::vector<double> transfers[2], alls[2];
    for (int run = 0; run < runs; ++run) {
      for (int who = 0; who < 2; ++who) {
        auto const took = who == 0          ? bare(film)
                          : program.empty() ? ours(film, buffer)
                                            : through_server(film, program, buffer);
        transfers[who].push_back(took.transfer);
        alls[who].push_back(took.all);
        std::printf("%-14s %7.1f MB/s   %6.2f s from the magnet on\n",
                    who == 0          ? "bare libtorrent"
                    : program.empty() ? "reader"
                                      : "server",
                    static_cast<double>(size) / 1e6 / took.transfer, took.all);
        std::fflush(stdout);
      }
    }
    std::printf("ratio (bare / ours, medians of %d): %.2f of the throughput, %.2f from the magnet on\n", runs,
                median(transfers[0]) / median(transfers[1]), median(alls[0]) / median(alls[1]));
    return 0;
  } catch (std::exception const& error) {
    std::fprintf(stderr, "bench_full: %s\n", error.what());
    return 1;
  }
}
