// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <stdexcept>
#include <string>

namespace swarm {

/// Kinds of failure; each border (element, HTTP, command line) maps them once, in one table.
enum class Errc {
  bad_input,         ///< a magnet, hash, .torrent or setting that is wrong as given
  not_found,         ///< no such file in the torrent, no such torrent
  metadata_timeout,  ///< nobody gave the metadata in time
  read_timeout,      ///< no peer gave the bytes in time
  no_space,          ///< the disk is full
  permission,        ///< the disk may not be written or read
  in_use,            ///< another process uses the folder
  disk,              ///< any other disk failure
  damaged,           ///< a downloaded file is shorter than it was, or gone
  bad_metadata,      ///< the swarm's metadata can't be used (inconsistent, hostile)
  wrong_bytes,       ///< bytes that were read before they were verified (Verify) have turned out wrong
  removed,           ///< the torrent was removed while in use
  stopped,           ///< the session has stopped
};

/// Every failure that the library throws. what() is one sentence that says what is wrong; advice() is one
/// that says what to do about it (may be empty).
class Error : public std::runtime_error {
 public:
  Error(Errc code, std::string const& what, std::string advice = {})
      : std::runtime_error(what), code_(code), advice_(std::move(advice)) {}

  [[nodiscard]] Errc code() const { return code_; }
  [[nodiscard]] std::string const& advice() const { return advice_; }

 private:
  Errc code_;
  std::string advice_;
};

}  // namespace swarm
