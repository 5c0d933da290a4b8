// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "lib/fetch/error.hpp"

#include <libsoup/soup.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace fetch {

/// Where requests may lead.
struct Reach {
  bool private_addresses = false;  ///< of this machine and the networks behind it
  bool other_hosts = true;         ///< by a redirect
};

/// What stands above the body of the last hop.
struct Head {
  int status = 0;
  std::string url;                     ///< where redirects led
  std::int64_t begin = 0;              ///< of the body, in the whole
  std::optional<std::int64_t> length;  ///< of the body
  std::optional<std::int64_t> whole;   ///< of the whole, if the server says
  std::string type;                    ///< Content-Type without parameters
  std::string file_name;               ///< of Content-Disposition; empty = none
  std::string etag;                    ///< empty = none
};

/// One GET on its way, redirects included. Dropping it ends it, and nothing is called any more. Thread-bound to its
/// Client's thread.
class Transfer {
 public:
  struct Request {
    std::string url;
    std::optional<std::int64_t> begin = {};  ///< asks for a range
    std::optional<std::int64_t> end = {};    ///< exclusive
    std::string etag = {};                   ///< of what is known already
    bool refusals = false;                   ///< their bodies are wanted, too
  };
  struct Listener {
    /// Status 200 or 206, 304 for what is known already, or where refusals are wanted any. False: that is not what was
    /// looked for, and nothing more is called.
    std::function<bool(Head const&)> head;
    /// False: no more, please, until resume().
    std::function<bool(std::span<char const>)> bytes;
    /// The end; nothing is called after it.
    std::function<void(std::optional<Error>)> over;
  };

  /// Throws Error(bad_url).
  Transfer(SoupSession* session, Reach reach, Request const& request, Listener listener);
  ~Transfer();
  Transfer(Transfer const&) = delete;
  Transfer& operator=(Transfer const&) = delete;
  void resume();

 private:
  class Run;
  std::shared_ptr<Run> run_;
};

/// Throws Error(bad_url): a sentence on what is wrong with a URL that somebody gave.
void check_url(std::string const& url);
[[nodiscard]] bool is_url(std::string const& url);

}  // namespace fetch
