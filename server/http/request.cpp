// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/request.hpp"

#include "http/errors.hpp"

#include <algorithm>
#include <limits>

namespace http {
namespace {

std::optional<std::string> unescape(std::string_view text) {
  g_autofree char* plain = g_uri_unescape_segment(text.data(), text.data() + text.size(), nullptr);
  if (!plain || !g_utf8_validate(plain, -1, nullptr)) return {};
  return std::string(plain);
}

/// "name:port" of the target, for whom no Host says it: where HTTP/1.0 names none, libsoup takes the socket's own
/// address.
std::string authority_of(GUri* uri) {
  auto const* named = g_uri_get_host(uri);
  std::string host = named ? named : "";
  if (host.empty()) return {};
  if (host.starts_with("::ffff:") && host.find('.') != std::string::npos) host.erase(0, 7);
  if (host.find(':') != std::string::npos) host = "[" + host + "]";
  auto const port = g_uri_get_port(uri);
  return port > 0 ? host + ":" + std::to_string(port) : host;
}

}  // namespace

std::optional<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    auto slash = path.find('/');
    auto segment = unescape(path.substr(0, slash));
    if (!segment || *segment == "." || *segment == "..") return {};
    if (!segment->empty()) segments.push_back(std::move(*segment));
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return segments;
}

std::optional<std::map<std::string, std::string>> parse_query(std::string_view query) {
  std::map<std::string, std::string> made;
  while (!query.empty()) {
    auto end = query.find('&');
    std::string pair(query.substr(0, end));
    query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
    if (pair.empty()) continue;
    std::replace(pair.begin(), pair.end(), '+', ' ');
    auto equals = pair.find('=');
    auto name = unescape(std::string_view(pair).substr(0, equals));
    auto value = equals == std::string::npos ? std::optional(std::string())
                                             : unescape(std::string_view(pair).substr(equals + 1));
    if (!name || !value) return {};
    made[*name] = *value;
  }
  return made;
}

std::optional<bool> parse_flag(std::string_view text) {
  for (std::string_view yes : {"", "true", "1", "yes"})
    if (text == yes) return true;
  for (std::string_view no : {"false", "0", "no"})
    if (text == no) return false;
  return {};
}

std::optional<std::int64_t> parse_number(std::string_view text) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (text.empty()) return {};
  std::int64_t value = 0;
  for (char c : text) {
    if (!g_ascii_isdigit(c)) return {};
    value = value > (most - 9) / 10 ? most : value * 10 + (c - '0');
  }
  return value;
}

Request::Request(SoupServerMessage* message) : message_(message), method_(soup_server_message_get_method(message)) {
  auto uri = soup_server_message_get_uri(message);
  path_ = soup_server_message_is_options_ping(message) ? "*" : g_uri_get_path(uri);
  if (auto query = g_uri_get_query(uri)) {
    query_text_ = query;
  } else if (auto mark = path_.find('?'); mark != std::string::npos) {
    // libsoup does not look for a query in a request of HTTP/1.0 without a Host.
    query_text_ = path_.substr(mark + 1);
    path_.resize(mark);
  }
  auto segments = split_path(path_);
  if (!segments) throw Failure(Fault::bad_request, "The address's path is not percent-encoded UTF-8.");
  segments_ = std::move(*segments);
  auto query = parse_query(query_text_);
  if (!query) throw Failure(Fault::bad_request, "The address's query is not name=value&… in percent-encoded UTF-8.");
  query_ = std::move(*query);
  auto const remote = soup_server_message_get_remote_host(message);
  auto const host = header("Host");
  client_ = {remote ? remote : "", g_uri_get_scheme(uri), host.empty() ? authority_of(uri) : host};
}

std::string Request::header(char const* name) const {
  auto value = soup_message_headers_get_list(soup_server_message_get_request_headers(message_), name);
  return value ? value : "";
}

std::optional<std::string> Request::query(std::string const& name) const {
  auto found = query_.find(name);
  if (found == query_.end()) return {};
  return found->second;
}

bool Request::flag(std::string const& name) const {
  auto text = query(name);
  if (!text) return false;
  auto value = parse_flag(*text);
  if (!value) throw Failure(Fault::bad_request, "\"" + name + "\" must be true or false.");
  return *value;
}

std::optional<std::int64_t> Request::number(std::string const& name) const {
  auto text = query(name);
  if (!text) return {};
  auto value = parse_number(*text);
  if (!value) throw Failure(Fault::bad_request, "\"" + name + "\" must be a whole number, 0 or more.");
  return value;
}

std::string_view Request::body() const {
  if (!body_) body_ = soup_message_body_flatten(soup_server_message_get_request_body(message_));
  gsize size = 0;
  auto bytes = static_cast<char const*>(g_bytes_get_data(body_, &size));
  return {bytes, size};
}

std::string Request::content_type() const {
  auto type = soup_message_headers_get_content_type(soup_server_message_get_request_headers(message_), nullptr);
  if (!type) return {};
  g_autofree char* lower = g_ascii_strdown(type, -1);
  return lower;
}

}  // namespace http
