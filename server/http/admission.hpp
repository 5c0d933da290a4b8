// SPDX-License-Identifier: LGPL-2.1-or-later
// Who may come in: addresses, Host, Origin, tokens. Pure; reentrant.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace http {

/// What a route is for, as far as rights go.
enum class Area {
  open,    ///< /health, pages: everyone whose address may come in
  media,   ///< streams: the stream token is enough, any Origin may read
  watch,   ///< what happens here: the stream token is enough, but other sites' pages may not read
  manage,  ///< everything else
};

struct Rules {
  std::string api_token;                   ///< empty = none
  std::vector<std::string> allowed_hosts;  ///< beside those that are always right
  std::vector<std::string> cors_origins;   ///< "*" = any
  std::string own_name;                    ///< of the machine
};

struct Visitor {
  std::string address;  ///< of the client, as text
  std::string method;
  std::string host;    ///< Host field (or the target's authority), empty = none
  std::string origin;  ///< Origin field
  std::string bearer;  ///< of Authorization
  std::string token;   ///< ?token=
};

/// Throws Failure: 401, 403 or 421.
void admit(Rules const& rules, Visitor const& visitor, Area area);

/// HMAC-SHA256(api_token, "stream") in hex: for players, which can't send headers. Empty without a token.
std::string stream_token(std::string_view api_token);
/// Does the request show the API token (not the stream token)?
bool shows_token(Rules const& rules, Visitor const& visitor);

/// Loopback, private or link-local, IPv4 or IPv6.
bool local_address(std::string_view address);
/// A Host that this server answers to.
bool own_host(Rules const& rules, std::string_view host);
/// Value of Access-Control-Allow-Origin for a management route; empty = none.
std::string allowed_origin(Rules const& rules, std::string_view origin);

}  // namespace http
