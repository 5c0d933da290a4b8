// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/fetch/address.hpp"

#include <algorithm>
#include <cstdint>
#include <span>

namespace fetch {
namespace {

using Bytes = std::span<std::uint8_t const>;

struct Net {
  std::uint8_t prefix[12];
  int bits;
};

bool within(Bytes address, Net const& net) {
  int const whole = net.bits / 8, rest = net.bits % 8;
  if (!std::equal(net.prefix, net.prefix + whole, address.begin())) return false;
  auto const mask = static_cast<std::uint8_t>(0xff00 >> rest);
  return rest == 0 || ((address[static_cast<std::size_t>(whole)] ^ net.prefix[whole]) & mask) == 0;
}

// The IANA's registries of special-purpose addresses, but for those that can be reached from everywhere.
constexpr Net special_v4[] = {
    {{0}, 8},              // this network
    {{10}, 8},             // private
    {{100, 64}, 10},       // behind a carrier's NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local; also where clouds tell machines their secrets
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocols
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // relays to IPv6
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 3},            // multicast, reserved, broadcast
};

/// IPv6 addresses with an IPv4 one inside, and where it begins.
struct Inside {
  Net net;
  std::size_t at;
};
constexpr Inside inside_v6[] = {
    {{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96}, 12},  // mapped
    {{{0, 0x64, 0xff, 0x9b}, 96}, 12},                       // NAT64
    {{{0x20, 0x02}, 16}, 2},                                 // 6to4
};

constexpr Net special_v6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocols: Teredo, ORCHID …
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x3f, 0xff}, 20},              // documentation
};
/// All that is given out for use everywhere.
constexpr Net global_v6{{0x20}, 3};

bool any_of(std::span<Net const> nets, Bytes address) {
  return std::any_of(nets.begin(), nets.end(), [&](Net const& net) { return within(address, net); });
}

bool is_public_v4(Bytes address) { return !any_of(special_v4, address); }

bool is_public_v6(Bytes address) {
  for (auto const& inside : inside_v6)
    if (within(address, inside.net)) return is_public_v4(address.subspan(inside.at, 4));
  return within(address, global_v6) && !any_of(special_v6, address);
}

}  // namespace

bool is_public(GInetAddress* address) {
  Bytes const bytes(g_inet_address_to_bytes(address), g_inet_address_get_native_size(address));
  return bytes.size() == 4 ? is_public_v4(bytes) : is_public_v6(bytes);
}

bool is_public(std::string const& text) {
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text.c_str());
  return address && is_public(address);
}

}  // namespace fetch
