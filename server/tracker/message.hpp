// SPDX-License-Identifier: LGPL-2.1-or-later
// Messages of WebTorrent's signalling: JSON texts in which browsers tell a tracker what they watch, and through which
// they exchange WebRTC's offers and answers (protocol of github.com/webtorrent/bittorrent-tracker). Pure; reentrant.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tracker {

/// 20 bytes; in JSON each is a character U+0000 … U+00FF.
using Id = std::string;

/// A WebRTC session description on its way from one browser to another.
struct Description {
  std::string type;  ///< "offer" or "answer"
  std::string sdp;
};

struct Offer {
  Id id;
  Description description;
};

struct Answer {
  Id to;  ///< the peer that made the offer
  Id offer;
  Description description;
};

struct Announce {
  enum class Event { none, started, stopped, completed };
  Id info_hash, peer;
  Event event = Event::none;
  bool complete = false;   ///< has all of it
  std::size_t wanted = 0;  ///< peers that it wants to get offers to
  std::vector<Offer> offers;
  std::optional<Answer> answer;
};

/// How many peers there are of these.
struct Scrape {
  std::vector<Id> info_hashes;
};

using Message = std::variant<Announce, Scrape>;

/// what() is one sentence for who wrote the message.
struct Refused : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline constexpr std::size_t most_offers = 20;
inline constexpr std::size_t most_scraped = 50;
inline constexpr std::size_t most_sdp = 16 * 1024;

/// Throws Refused.
Message parse(std::string_view text);

struct Count {
  std::int64_t complete = 0, incomplete = 0, downloaded = 0;
};

/// The tracker's own answer to an announce.
std::string announced(Id const& info_hash, Count const& count, std::int64_t interval_seconds);
std::string scraped(std::vector<std::pair<Id, Count>> const& counts, std::int64_t interval_seconds);
/// For the peer that an offer, an answer goes to.
std::string passed_on(Id const& info_hash, Id const& from, Offer const& offer);
std::string passed_on(Id const& info_hash, Id const& from, Answer const& answer);
std::string failure(std::string_view why);

}  // namespace tracker
