// SPDX-License-Identifier: LGPL-2.1-or-later
// The one outgoing HTTP client. What it is sent to comes from strangers: http and https only, no redirect out of these,
// and no connection to an address of this machine or the networks behind it, whatever name or redirect led there.
#pragma once

#include "lib/fetch/error.hpp"
#include "lib/fetch/transfer.hpp"

#include <libsoup/soup.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace fetch {

struct Settings {
  bool allow_private = false;  ///< addresses of this machine and the networks behind it, too
  bool stay_on_host = false;   ///< no redirect to another one
  std::string user_agent;
  std::chrono::seconds silence{15};  ///< after which a connection that says nothing is given up
};

struct Limits {
  std::size_t bytes;
  std::chrono::milliseconds time;
};

/// What came of a get().
struct Answer {
  std::vector<char> body;
  std::optional<Error> error;  ///< then there is no body
  std::string etag = {};
  bool unchanged = false;  ///< since the etag that was asked with; there is no body, too
};

/// Thread-bound to the thread-default main context that it is made in; outlives its transfers.
class Client {
 public:
  explicit Client(Settings const& settings);
  ~Client();
  Client(Client const&) = delete;
  Client& operator=(Client const&) = delete;

  /// A body, whole. `then` is called once, later, unless the ticket is dropped before. Throws Error(bad_url).
  [[nodiscard]] std::shared_ptr<void> get(std::string const& url, Limits limits, std::function<void(Answer)> then,
                                          std::string const& etag = {});
  /// A body piece by piece. Throws Error(bad_url).
  [[nodiscard]] std::unique_ptr<Transfer> start(Transfer::Request const& request, Transfer::Listener listener);

 private:
  SoupSession* session_;
  Reach const reach_;
};

}  // namespace fetch
