// SPDX-License-Identifier: LGPL-2.1-or-later
// What the swarm benchmarks share: a film, seeded by another process, and medians.
#pragma once

#include "support/child.hpp"
#include "support/http.hpp"
#include "support/payload.hpp"
#include "support/temp_dir.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

using namespace std::chrono_literals;

/// A pseudo-random film and seeders without limits, outside of this process.
class SharedFilm {
 public:
  SharedFilm(std::int64_t size, int seeders, int piece_kib);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::string const& magnet() const { return magnet_; }
  /// Throws std::runtime_error that says where, if these are not the film's bytes at `offset`.
  void check(std::int64_t offset, std::string_view bytes) const;

 private:
  std::int64_t size_;
  support::Payload payload_{1};
  support::TempDir folder_{"bench"};
  support::Child seed_;
  std::string magnet_;
};

/// The server as a child, on loopback only, with folders of its own.
class Server {
 public:
  explicit Server(std::string const& program);

  [[nodiscard]] support::Endpoint at() const { return at_; }
  support::Child& child() { return child_; }
  /// Returns the info hash when the metadata are there.
  std::string add(std::string const& magnet);

 private:
  support::TempDir folder_{"bench"};
  support::Child child_;
  support::Endpoint at_;
};

double median(std::vector<double> values);

/// `--name VALUE` on the command line; `otherwise` if it is not there.
std::string option(int argc, char** argv, std::string_view name, std::string otherwise);
int option(int argc, char** argv, std::string_view name, int otherwise);

}  // namespace bench
