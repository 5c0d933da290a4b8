// SPDX-License-Identifier: LGPL-2.1-or-later
// A film seeded by another process, and the server as another process.
#pragma once

#include "bench/figures.hpp"
#include "support/child.hpp"
#include "support/http.hpp"
#include "support/payload.hpp"
#include "support/temp_dir.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

using namespace std::chrono_literals;

/// A pseudo-random film and seeders without limits, outside of this process.
class SharedFilm {
 public:
  SharedFilm(std::int64_t size, int seeders, int piece_kib, std::uint64_t payload = 1);

  [[nodiscard]] std::int64_t size() const { return size_; }
  [[nodiscard]] std::string const& magnet() const { return magnet_; }
  [[nodiscard]] support::Payload const& payload() const { return payload_; }
  /// Throws std::runtime_error that says where, if these are not the film's bytes at `offset`.
  void check(std::int64_t offset, std::string_view bytes) const;

 private:
  std::int64_t size_;
  support::Payload payload_;
  support::TempDir folder_{"bench"};
  support::Child seed_;
  std::string magnet_;
};

/// The server as a child, on loopback only, with folders of its own.
class Server {
 public:
  using Environment = std::vector<std::pair<std::string, std::optional<std::string>>>;
  explicit Server(std::string const& program, Environment const& more = {});

  [[nodiscard]] support::Endpoint at() const { return at_; }
  support::Child& child() { return child_; }
  [[nodiscard]] support::Child const& child() const { return child_; }
  /// Returns the info hash when the metadata are there, or after `wait`.
  std::string add(std::string const& magnet, std::chrono::seconds wait = 30s);

 private:
  support::TempDir folder_{"bench"};
  support::Child child_;
  support::Endpoint at_;
};

}  // namespace bench
