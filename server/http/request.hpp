// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/proxies.hpp"

#include <libsoup/soup.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace http {

/// "/a/b%20c" -> {"a", "b c"}; nullopt if an escape is wrong, a NUL hides in one, or a segment is "." or "..".
std::optional<std::vector<std::string>> split_path(std::string_view path);
/// Names and values of a query, the last one of a name; nullopt if an escape is wrong or it is not UTF-8.
std::optional<std::map<std::string, std::string>> parse_query(std::string_view query);
/// "true", "1", "yes" or nothing at all; "false", "0", "no"; nullopt for anything else.
std::optional<bool> parse_flag(std::string_view text);
/// Decimal digits only; what does not fit is the largest number.
std::optional<std::int64_t> parse_number(std::string_view text);

/// A request as the routes see it. Valid as long as its message.
class Request {
 public:
  /// Throws Failure(bad_request).
  explicit Request(SoupServerMessage* message);

  [[nodiscard]] std::string const& method() const { return method_; }
  [[nodiscard]] bool head() const { return method_ == "HEAD"; }
  [[nodiscard]] std::string const& path() const { return path_; }
  [[nodiscard]] std::vector<std::string> const& segments() const { return segments_; }
  [[nodiscard]] std::string const& query_text() const { return query_text_; }

  /// Value of a header, several joined by ", "; empty if there is none.
  [[nodiscard]] std::string header(char const* name) const;
  /// ":name" of the route's pattern; filled in by the router.
  [[nodiscard]] std::string const& parameter(std::string const& name) const { return parameters_.at(name); }
  void set_parameters(std::map<std::string, std::string> parameters) { parameters_ = std::move(parameters); }

  [[nodiscard]] std::optional<std::string> query(std::string const& name) const;
  /// Throw Failure(bad_request) that names the parameter.
  [[nodiscard]] bool flag(std::string const& name) const;
  [[nodiscard]] std::optional<std::int64_t> number(std::string const& name) const;

  /// The whole body, once it is there.
  [[nodiscard]] std::string_view body() const;
  /// Content-Type without parameters, lower case.
  [[nodiscard]] std::string content_type() const;
  /// Whom it comes from; with what proxies said, once the server has judged that.
  [[nodiscard]] Client const& client() const { return client_; }
  void set_client(Client client) { client_ = std::move(client); }
  /// "http://host:port", as the client wrote it: what links to this server begin with.
  [[nodiscard]] std::string origin() const { return client_.scheme + "://" + client_.host; }
  [[nodiscard]] SoupServerMessage* message() const { return message_; }

 private:
  SoupServerMessage* message_;
  std::string method_, path_, query_text_;
  Client client_;
  std::vector<std::string> segments_;
  std::map<std::string, std::string> query_, parameters_;
  mutable GBytes* body_ = nullptr;

 public:
  Request(Request const&) = delete;
  Request& operator=(Request const&) = delete;
  ~Request() { g_clear_pointer(&body_, g_bytes_unref); }
};

}  // namespace http
