// SPDX-License-Identifier: LGPL-2.1-or-later
// Does a tracker answer? One question to one tracker, which announces nothing. All is thread-bound to the thread of the
// main context that it was begun in, and never blocks.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace trackers {

using Hash = std::array<std::uint8_t, 20>;

struct Verdict {
  bool resolves = false;  ///< its name has an address
  bool answers = false;
  std::optional<std::chrono::milliseconds> after;  ///< of the answer, with the name's resolution
  std::optional<std::int64_t> seeders, leechers;   ///< if a hash was given and the tracker tells
  std::string message;                             ///< of the tracker, or why there is no answer
};

struct Question {
  std::string url;  ///< udp://, http://, https://, ws://, wss://
  std::optional<Hash> hash;
  /// May this address be spoken to? It may be this machine's own network that a stranger's link points into.
  std::function<bool(std::string const& address)> allowed;
  /// With a hash: what the text that a WebSocket sent says of it; `answers` only if it is the answer to a scrape.
  std::function<Verdict(std::string_view text)> read_scrape;
};

/// Ends with its object; the time that it may take is its owner's business.
class Probe {
 public:
  using Done = std::function<void(Verdict const&)>;
  /// `done` is called once, never before this returns.
  static std::shared_ptr<Probe> begin(Question const& question, Done done);
  virtual ~Probe() = default;
  /// What is known before the end: one may answer, but not tell of peers.
  [[nodiscard]] virtual Verdict so_far() const = 0;
};

/// What a tracker's HTTP answer says (bencoded, BEP 48), of this torrent if any. Pure.
Verdict read_answer(int status, std::string_view body, std::optional<Hash> const& hash);

// The kinds there are.
std::shared_ptr<Probe> udp_probe(Question const& question, std::string const& host, int port, Probe::Done done);
std::shared_ptr<Probe> http_probe(Question const& question, std::string const& host, Probe::Done done);
std::shared_ptr<Probe> websocket_probe(Question const& question, std::string const& host, Probe::Done done);

}  // namespace trackers
