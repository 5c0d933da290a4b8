// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/lan_addresses.hpp"

#include "http/admission.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <arpa/inet.h>
#include <fstream>
#include <ifaddrs.h>
#include <memory>
#include <net/if.h>
#include <sstream>

namespace http {
namespace {

/// The interface of the default route of IPv4; empty if there is none.
std::string way_out() {
  std::ifstream table("/proc/net/route");
  for (std::string line; std::getline(table, line);) {
    std::string name, destination;
    if (std::istringstream(line) >> name >> destination && destination == "00000000") return name;
  }
  return {};
}

std::string text_of(sockaddr const* address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &reinterpret_cast<sockaddr_in const*>(address)->sin_addr, text, sizeof text);
  else if (address->sa_family == AF_INET6)
    inet_ntop(AF_INET6, &reinterpret_cast<sockaddr_in6 const*>(address)->sin6_addr, text, sizeof text);
  return text;
}

bool of_others(GInetAddress* address, Visitors visitors) {
  g_autofree char* text = g_inet_address_to_string(address);
  return (visitors == Visitors::all || local_address(text)) && !g_inet_address_get_is_loopback(address) &&
         !g_inet_address_get_is_link_local(address) && !g_inet_address_get_is_any(address) &&
         !g_inet_address_get_is_multicast(address);
}

}  // namespace

std::vector<OwnAddress> own_addresses() {
  ifaddrs* list = nullptr;
  if (getifaddrs(&list) != 0) return {};
  std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> const owner(list, freeifaddrs);
  auto const out = way_out();
  std::vector<OwnAddress> found;
  for (auto const* one = list; one; one = one->ifa_next)
    if (one->ifa_addr && (one->ifa_flags & IFF_UP))
      if (auto text = text_of(one->ifa_addr); !text.empty()) found.push_back({std::move(text), one->ifa_name == out});
  return found;
}

std::vector<std::string> lan_addresses(std::string_view bound, std::vector<OwnAddress> const& own, Visitors visitors) {
  g_autoptr(GInetAddress) at = g_inet_address_new_from_string(std::string(bound).c_str());
  if (!at) return {};
  if (!g_inet_address_get_is_any(at))
    return of_others(at, visitors) ? std::vector{std::string(bound)} : std::vector<std::string>{};
  std::vector<OwnAddress> v4, v6;
  for (auto const& one : own) {
    g_autoptr(GInetAddress) address = g_inet_address_new_from_string(one.text.c_str());
    if (!address || !of_others(address, visitors)) continue;
    auto const family = g_inet_address_get_family(address);
    if (family == G_SOCKET_FAMILY_IPV4)
      v4.push_back(one);
    else if (g_inet_address_get_family(at) == G_SOCKET_FAMILY_IPV6)
      v6.push_back(one);
  }
  auto& best = v4.empty() ? v6 : v4;
  std::stable_partition(best.begin(), best.end(), [](OwnAddress const& one) { return one.main; });
  std::vector<std::string> made;
  for (auto& one : best) made.push_back(std::move(one.text));
  return made;
}

}  // namespace http
