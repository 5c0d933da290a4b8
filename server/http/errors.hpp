// SPDX-License-Identifier: LGPL-2.1-or-later
// The one table of what can go wrong, and the one form in which a client is told.
#pragma once

#include "swarm/error.hpp"

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

enum class Fault {
  bad_request,
  bad_json,
  bad_info_hash,
  bad_input,
  unauthorized,
  forbidden,
  forbidden_address,
  not_found,
  no_picture,
  unknown_torrent,
  unknown_file,
  unknown_job,
  nothing_found,
  method_not_allowed,
  in_use,
  removed,
  precondition_failed,
  payload_too_large,
  uri_too_long,
  unsupported_media_type,
  unsupported_codec,
  not_indexed,
  damaged,
  range_not_satisfiable,
  misdirected,
  headers_too_large,
  too_many_requests,
  internal,
  disk_error,
  bad_metadata,
  source_failed,
  source_too_large,
  unavailable,
  not_here,
  p2p_off,
  metadata_timeout,
  no_peers,
  no_tracker,
  no_source,
  read_timeout,
  source_timeout,
  no_space,
  disk_too_small,
};

struct Problem {
  Fault fault;
  int status;
  char const* code;   ///< stable, for programs
  char const* title;  ///< for people
  int retry_after;    ///< seconds; 0 = do not say
};

Problem const& problem(Fault fault);

/// Thrown by whatever can't go on; what() says what is wrong and what to do.
class Failure : public std::runtime_error {
 public:
  Failure(Fault fault, std::string const& what) : std::runtime_error(what), fault_(fault) {}
  [[nodiscard]] Fault fault() const { return fault_; }
  /// A header that the answer must carry (Allow, Content-Range …).
  Failure with(std::string name, std::string value) && {
    headers_.emplace_back(std::move(name), std::move(value));
    return std::move(*this);
  }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> const& headers() const { return headers_; }

 private:
  Fault fault_;
  std::vector<std::pair<std::string, std::string>> headers_;
};

/// Whatever was thrown, as what a client is told: never a path of the host, never the inside of a library.
Failure translate(std::exception_ptr const& thrown);

/// {"success": false, "error", "message", "code", "infoHash"?}
std::string error_json(Fault fault, std::string_view message, std::string_view info_hash = {});

}  // namespace http
