// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/admission.hpp"

#include "http/errors.hpp"

#include <gio/gio.h>

#include <algorithm>

namespace http {
namespace {

std::string lower(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), g_ascii_tolower);
  return made;
}

/// In a time that says nothing about where they differ.
bool same_secret(std::string_view a, std::string_view b) {
  unsigned char different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < b.size(); ++i) different |= static_cast<unsigned char>((i < a.size() ? a[i] : 0) ^ b[i]);
  return different == 0 && !b.empty();
}

/// The host of "name:port", "[v6]:port", "name".
std::string host_of(std::string_view authority) {
  if (!authority.empty() && authority.front() == '[') return lower(authority.substr(0, authority.find(']') + 1));
  auto host = lower(authority.substr(0, authority.rfind(':')));
  if (!host.empty() && host.back() == '.') host.pop_back();
  return host;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

bool reads(Visitor const& visitor) { return visitor.method == "GET" || visitor.method == "HEAD"; }

/// "scheme://host:port" of the same host and port as this request's Host.
bool same_origin(Visitor const& visitor) {
  auto at = visitor.origin.find("://");
  return at != std::string::npos && lower(std::string_view(visitor.origin).substr(at + 3)) == lower(visitor.host);
}

}  // namespace

std::string stream_token(std::string_view api_token) {
  if (api_token.empty()) return {};
  g_autofree char* text = g_compute_hmac_for_string(
      G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>(api_token.data()), api_token.size(), "stream", 6);
  return text;
}

bool shows_token(Rules const& rules, Visitor const& visitor) {
  if (rules.api_token.empty()) return false;
  return same_secret(visitor.bearer, rules.api_token) ||
         (reads(visitor) && same_secret(visitor.token, rules.api_token));
}

bool local_address(std::string_view text) {
  static char const* const masks[] = {"127.0.0.0/8",    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
                                      "169.254.0.0/16", "::1",        "fc00::/7",      "fe80::/10"};
  std::string plain(text.substr(0, text.find('%')));
  if (lower(plain).rfind("::ffff:", 0) == 0 && plain.find('.') != std::string::npos) plain.erase(0, 7);
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(plain.c_str());
  return address && std::any_of(std::begin(masks), std::end(masks), [&](char const* written) {
           g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string(written, nullptr);
           return g_inet_address_mask_matches(mask, address);
         });
}

bool own_host(Rules const& rules, std::string_view authority) {
  if (authority.empty()) return true;  // HTTP/1.0
  auto host = host_of(authority);
  if (host.empty()) return false;
  if (host.front() == '[' || g_hostname_is_ip_address(host.c_str())) return true;
  // A name with no dot, or in .local, can't be a web site's: no page of the Internet can point it here.
  if (host.find('.') == std::string::npos || ends_with(host, ".local") || ends_with(host, ".localhost")) return true;
  if (host == lower(rules.own_name)) return true;
  return std::any_of(rules.allowed_hosts.begin(), rules.allowed_hosts.end(),
                     [&](std::string const& allowed) { return allowed == "*" || host_of(allowed) == host; });
}

std::string allowed_origin(Rules const& rules, std::string_view origin) {
  for (auto const& allowed : rules.cors_origins)
    if (!origin.empty() && (allowed == "*" || lower(allowed) == lower(origin))) return std::string(origin);
  return {};
}

void admit(Rules const& rules, Visitor const& visitor, Area area) {
  bool trusted = shows_token(rules, visitor);
  if (rules.api_token.empty() && !local_address(visitor.address))
    throw Failure(Fault::forbidden,
                  "Only this machine and its local network may use this server: set API_TOKEN to let others in.");
  if (!trusted && !own_host(rules, visitor.host))
    throw Failure(Fault::misdirected, "This server does not go by that name: add it to ALLOWED_HOSTS.");
  if (visitor.method == "OPTIONS") return;  // a preflight carries no token

  bool streams = (area == Area::media || area == Area::watch) && reads(visitor) &&
                 (same_secret(visitor.token, stream_token(rules.api_token)) ||
                  same_secret(visitor.bearer, stream_token(rules.api_token)));
  if (!rules.api_token.empty() && !trusted && !streams && area != Area::open)
    throw Failure(Fault::unauthorized,
                  "Show the server's token: \"Authorization: Bearer …\" (streams: ?token= as well).")
        .with("WWW-Authenticate", "Bearer realm=\"gst-torrent\"");
  if (!reads(visitor) && !trusted && !visitor.origin.empty() && !same_origin(visitor) &&
      allowed_origin(rules, visitor.origin).empty())
    throw Failure(Fault::forbidden, "Pages of other sites may not change anything here: add the site to CORS_ORIGINS.");
}

}  // namespace http
