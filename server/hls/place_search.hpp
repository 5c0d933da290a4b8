// SPDX-License-Identifier: LGPL-2.1-or-later
// Where in a file without an index a time is. Pure.
#pragma once

#include "hls/film.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>

namespace hls {

/// Something of a known time begins there: a cluster, a picture.
struct Place {
  Time time{};
  std::int64_t position = 0;
  friend bool operator==(Place const&, Place const&) = default;
};

/// Guesses that there are as many bytes in a second everywhere between two places that are known, and goes on from
/// what is there. Remembers all that was looked at.
class PlaceSearch {
 public:
  /// The first place that begins in [from, to). May throw.
  using Next = std::function<std::optional<Place>(std::int64_t from, std::int64_t to)>;
  /// `end`: of the film, roughly, and of its bytes.
  PlaceSearch(Place begin, Place end, Next next);

  /// One before `time`, the first one if there is none. What is nearer is at most `time_off` later, or `bytes_off`.
  [[nodiscard]] Place before(Time time, Time time_off, std::int64_t bytes_off);

 private:
  [[nodiscard]] std::optional<Place> probe(std::int64_t from, Place const& after, Place const& end) const;

  Place const end_;
  Next const next_;
  std::map<Time, std::int64_t> known_;
};

}  // namespace hls
