// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/uri.hpp"

#include <algorithm>
#include <charconv>

namespace swarm {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return lower(c) >= 'a' && lower(c) <= 'z'; }

}  // namespace

bool same_letters(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    unsigned char byte = 0;
    auto const digits = text.substr(i + 1, 2);
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + 2) return std::nullopt;
    decoded += static_cast<char>(byte);
    i += 2;
  }
  return decoded;
}

std::string percent_encode(std::string_view text, std::string_view keep) {
  constexpr char digits[] = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() + text.size() / 2);
  for (char const c : text) {
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~' || keep.find(c) != keep.npos) {
      encoded += c;
      continue;
    }
    auto const byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

bool has_scheme(std::string_view uri, std::string_view scheme) {
  return uri.size() > scheme.size() && uri[scheme.size()] == ':' && same_letters(uri.substr(0, scheme.size()), scheme);
}

std::string_view scheme_of(std::string_view uri) {
  auto const end = uri.find("://");
  if (end == std::string_view::npos || end == 0 || !is_letter(uri[0])) return {};
  auto const scheme = uri.substr(0, end);
  bool const valid = std::all_of(scheme.begin(), scheme.end(), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
  return valid ? scheme : std::string_view();
}

std::optional<int> port_number(std::string_view text) {
  int port = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || !is_digit(text[0]) || error != std::errc() || end != text.data() + text.size()) return {};
  if (port < 1 || port > 65535) return {};
  return port;
}

std::optional<std::string> web_address(std::string_view url, std::initializer_list<std::string_view> schemes) {
  constexpr std::size_t longest = 2048;
  auto const scheme = scheme_of(url);
  bool const known =
      std::any_of(schemes.begin(), schemes.end(), [&](std::string_view one) { return same_letters(one, scheme); });
  if (!known || url.size() > longest) return {};
  if (std::any_of(url.begin(), url.end(), [](char c) { return (c >= 0 && c <= ' ') || c == 0x7f; })) return {};

  auto const rest = url.substr(scheme.size() + 3);
  auto host = rest.substr(0, rest.find_first_of("/?#"));
  if (auto const user = host.rfind('@'); user != host.npos) host.remove_prefix(user + 1);
  std::string_view port;
  bool has_port = false;
  if (auto const colon = host.rfind(':'); colon != host.npos && host.find(']', colon) == host.npos) {
    port = host.substr(colon + 1);
    host = host.substr(0, colon);
    has_port = true;
  }
  if (host.empty() || host == "[]" || (has_port && !port_number(port))) return {};
  if (!has_port && same_letters(scheme, "udp")) return {};  // it has no port of its own

  std::string address(url);
  std::transform(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(scheme.size()), address.begin(), lower);
  return address;
}

}  // namespace swarm
