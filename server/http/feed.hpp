// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/reader.hpp"
#include "swarm/types.hpp"

#include <glib.h>

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace http {

/// What a body consists of: texts and ranges of a file by turns, then a last text.
struct Plan {
  struct Part {
    std::string head;
    swarm::ByteRange range;
  };
  std::vector<Part> parts;
  std::string tail;

  [[nodiscard]] std::int64_t length() const;
};

/// multipart/byteranges (RFC 9110, 14.6) over the ranges.
Plan multipart(std::vector<swarm::ByteRange> const& ranges, std::int64_t size, std::string const& content_type,
               std::string const& boundary);

/// Turns a reader into chunks for the wire. Its memory is one buffer of chunk_bytes, whatever the client does.
/// take() runs on a pool thread, one at a time; the rest on the loop's thread while no take() runs.
class Feed {
 public:
  static constexpr std::size_t chunk_bytes = 256 * 1024;

  Feed(std::shared_ptr<swarm::Reader> reader, Plan plan);
  ~Feed();

  /// Called when a take() that came back dry may give more; any thread.
  void on_wake(std::function<void()> wake);

  struct Taken {
    GBytes* bytes = nullptr;   ///< transfer full; null = none
    bool dry = false;          ///< nothing more there now; a wake-up follows
    std::exception_ptr error;  ///< the reader failed; `bytes` (if any) come before it
  };
  /// As much as there is, up to one chunk.
  Taken take();
  /// All was taken.
  [[nodiscard]] bool over() const { return over_; }

 private:
  struct Buffer;
  void enter();
  bool fill(std::byte* to, std::size_t room, std::size_t& filled);

  std::shared_ptr<swarm::Reader> reader_;
  Plan plan_;
  std::shared_ptr<Buffer> buffer_;
  std::size_t part_ = 0;       ///< plan_.parts.size() = in the tail
  std::size_t text_ = 0;       ///< bytes of the part's text that went out
  std::int64_t position_ = 0;  ///< in the file
  bool over_ = false;
};

}  // namespace http
