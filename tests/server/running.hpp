// SPDX-License-Identifier: LGPL-2.1-or-later
// The real program, with folders of its own, on loopback only.
#pragma once

#include "server/json_path.hpp"
#include "support/child.hpp"
#include "support/http.hpp"
#include "support/made_torrent.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using Environment = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// Of every server of the tests: nothing leaves the machine.
inline Environment quiet(support::TempDir const& folder, Environment more = {}) {
  Environment all = {{"PORT", "0"},
                     {"HOST", "127.0.0.1"},
                     {"TORRENT_DOWNLOAD_PATH", folder / "downloads"},
                     {"STATE_PATH", folder / "state"},
                     {"TORRENT_LISTEN", "127.0.0.1:0"},
                     {"TORRENT_DHT", "false"},
                     {"TORRENT_LSD", "false"},
                     {"TORRENT_PORT_MAPPING", "false"},
                     {"TORRENT_TRACKERS", ""},
                     {"LOG_LEVEL", "debug"},
                     {"XDG_CONFIG_HOME", folder / "no-config"},
                     {"FIRST_BYTE_WAIT", "10000"}};
  for (auto& [name, value] : more) all.emplace_back(std::move(name), std::move(value));
  return all;
}

class Running {
 public:
  explicit Running(Environment environment = {}, std::vector<std::string> arguments = {})
      : environment_(std::move(environment)), arguments_(std::move(arguments)) {
    start();
  }

  void start() {
    std::vector<std::string> command{SERVER};
    command.insert(command.end(), arguments_.begin(), arguments_.end());
    child_ =
        std::make_unique<support::Child>(command, support::ChildOptions{.environment = quiet(folder_, environment_)});
    auto line = child_->wait_for_line("^gst-torrent-server listening on (https?://.*)$");
    if (!line) throw std::runtime_error("The server does not start: " + child_->err());
    printed_ = (*line)[1];
    at_ = support::http::split_url(printed_).first;
  }

  [[nodiscard]] support::Endpoint at() const { return at_; }
  [[nodiscard]] std::string url(std::string const& target = "") const { return "http://" + at_.str() + target; }
  [[nodiscard]] std::string const& printed_url() const { return printed_; }
  support::Child& child() { return *child_; }
  [[nodiscard]] support::TempDir const& folder() const { return folder_; }

  /// One request; a failure of the transport tells what the server had logged.
  support::http::Response ask(support::http::Request request) {
    try {
      return support::http::ask(at_, std::move(request), std::chrono::seconds(40));
    } catch (std::exception const& error) {
      auto log = child_->err();
      throw std::runtime_error(std::string(error.what()) + "; the server said: " +
                               log.substr(log.size() - std::min<std::size_t>(log.size(), 4000)));
    }
  }
  support::http::Response get(std::string const& target, support::http::Fields fields = {}) {
    return ask({.target = target, .fields = std::move(fields)});
  }
  support::http::Response post(std::string const& target, std::string body, std::string type = "application/json") {
    return ask(
        {.method = "POST", .target = target, .fields = {{"Content-Type", std::move(type)}}, .body = std::move(body)});
  }
  support::http::Response remove(std::string const& target) { return ask({.method = "DELETE", .target = target}); }
  support::http::Response add(std::string const& magnet) {
    return post("/api/torrents", "{\"magnetUri\":\"" + magnet + "\"}");
  }

 private:
  support::TempDir folder_{"server"};
  Environment environment_;
  std::vector<std::string> arguments_;
  std::unique_ptr<support::Child> child_;
  std::string printed_;
  support::Endpoint at_;
};

/// Figures of memory mean something only without a sanitizer's own.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool memory_counts = false;
#else
inline constexpr bool memory_counts = true;
#endif

/// Asserts the one form of failures.
inline void expect_failure(support::http::Response const& got, int status, std::string const& code) {
  // Meson can't read reports with bytes that are no text.
  bool const text = got["Content-Type"] == "application/json";
  EXPECT_EQ(got.status(), status) << (text ? got.body : std::to_string(got.body.size()) + " bytes");
  EXPECT_EQ(got["Content-Type"], "application/json");
  if (!text) return;
  EXPECT_EQ(at(got.body, "$.success"), "false");
  EXPECT_EQ(at(got.body, "$.code"), "\"" + code + "\"") << got.body;
  EXPECT_GT(at(got.body, "$.message").size(), 10u);
  EXPECT_GT(at(got.body, "$.error").size(), 3u);
}
