// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/assault.hpp"

#include "support/peer_messages.hpp"

#include <libtorrent/hasher.hpp>
#include <libtorrent/torrent_info.hpp>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <functional>
#include <limits>
#include <vector>

namespace support {
namespace {

enum Message : char {
  choke = 0,
  unchoke = 1,
  interested = 2,
  have = 4,
  bitfield = 5,
  request = 6,
  piece = 7,
  cancel = 8,
  suggest = 13,
  have_all = 14,
  have_none = 15,
  reject = 16,
  allowed_fast = 17,
  extended = 20,
  hash_request = 21,
  hashes = 22,
  hash_reject = 23,
};

/// Puts one assault together.
class Speaker {
 public:
  Speaker(MadeTorrent const& torrent, std::mt19937& random) : torrent_(torrent), random_(random) {}

  int upto(int end) { return static_cast<int>(random_() % static_cast<unsigned>(end)); }
  std::string noise(int size) {
    std::string bytes(static_cast<std::size_t>(size), '\0');
    for (auto& byte : bytes) byte = static_cast<char>(random_());
    return bytes;
  }
  /// One with which something may go wrong.
  std::uint32_t number() {
    std::uint32_t const known[] = {0,
                                   1,
                                   0xffffffff,
                                   0x7fffffff,
                                   0x80000000,
                                   static_cast<std::uint32_t>(torrent_.piece_count) - 1,
                                   static_cast<std::uint32_t>(torrent_.piece_count),
                                   static_cast<std::uint32_t>(torrent_.piece_size),
                                   16384,
                                   16385,
                                   static_cast<std::uint32_t>(random_())};
    return known[upto(static_cast<int>(std::size(known)))];
  }
  std::string numbers(int count) {
    std::string bytes;
    for (; count > 0; --count) peer::append(bytes, number());
    return bytes;
  }
  std::string integer() {
    constexpr char const* known[] = {"0",          "-1",         "1",
                                     "2147483647", "4294967296", "-9223372036854775808",
                                     "16385",      "10485761",   "99999999999999999999999"};
    return std::string("i") + known[upto(std::size(known))] + 'e';
  }

  void say(Message id, std::string const& payload = {}) { out_ += peer::message(id, payload); }
  void raw(std::string const& bytes) { out_ += bytes; }
  void say_extended(int id, std::string const& payload) { say(extended, static_cast<char>(id) + payload); }
  /// The extensions' numbers are those of libtorrent.
  void say_extensions(std::string const& size) {
    say_extended(0, "d1:md11:lt_donthavei7e11:ut_metadatai2e6:ut_pexi1ee13:metadata_size" + size + "e");
  }
  [[nodiscard]] MadeTorrent const& torrent() const { return torrent_; }
  std::string take() { return std::move(out_); }

 private:
  MadeTorrent const& torrent_;
  std::mt19937& random_;
  std::string out_;
};

void noise(Speaker& to) { to.raw(to.noise(64 * 1024)); }

void wrong_lengths(Speaker& to) {
  for (int n = 0; n < 3; ++n) {
    int const id = to.upto(24);
    to.say(static_cast<Message>(id), to.noise(to.upto(60)));
  }
}

void endless_messages(Speaker& to) {
  std::string head;
  std::uint32_t const lengths[] = {0xffffffff, 0x7fffffff, 1 << 24, (1 << 20) + 1, 1 << 20};
  peer::append(head, lengths[to.upto(std::size(lengths))]);
  to.raw(head + to.noise(1) + to.noise(100'000));
}

void keep_alives(Speaker& to) { to.raw(std::string(400'000, '\0')); }

void bitfields(Speaker& to) {
  int const right = (to.torrent().piece_count + 7) / 8;
  int const sizes[] = {right, 0, right - 1, right + 1, 500'000};
  if (to.upto(3) == 0) to.say(to.upto(2) ? have_all : have_none);
  for (int n = 0; n < 2; ++n) to.say(bitfield, std::string(static_cast<std::size_t>(sizes[to.upto(5)]), '\xff'));
}

void haves(Speaker& to) {
  to.say(to.upto(2) ? have_all : have_none);
  for (int n = 0; n < 2000; ++n) to.say(have, to.numbers(1));
}

void fast_pieces(Speaker& to) {
  to.say(have_all);
  for (int n = 0; n < 5000; ++n) to.say(to.upto(2) ? allowed_fast : suggest, to.numbers(1));
}

void requests(Speaker& to) {
  to.say(have_none);
  to.say(interested);
  for (int n = 0; n < 5000; ++n) to.say(to.upto(8) ? request : cancel, to.numbers(3));
}

void rejects(Speaker& to) {
  to.say(have_all);
  to.say(unchoke);
  for (int n = 0; n < 5000; ++n) to.say(reject, to.numbers(3));
}

void unasked_blocks(Speaker& to) {
  to.say(have_all);
  to.say(unchoke);
  for (int n = 0; n < 20; ++n) {
    std::string payload;
    peer::append(payload, static_cast<std::uint32_t>(to.upto(to.torrent().piece_count)));
    peer::append(payload, static_cast<std::uint32_t>(to.upto(to.torrent().piece_size / 16384)) * 16384);
    to.say(piece, payload + to.noise(16384));
  }
  to.say(piece, to.numbers(2) + to.noise(to.upto(20'000)));
}

void chokes(Speaker& to) {
  to.say(have_all);
  for (int n = 0; n < 3000; ++n) to.say(n % 2 ? choke : unchoke);
  to.say(unchoke);
}

void extension_handshakes(Speaker& to) {
  for (int n = 0; n < 20; ++n) {
    to.say_extended(0, "d1:md6:ut_pex" + to.integer() + "11:ut_metadata" + to.integer() + "e13:metadata_size" +
                           to.integer() + "1:p" + to.integer() + "4:reqq" + to.integer() + "6:yourip3:abc1:v" +
                           "100000:" + to.noise(100'000) + "e");
  }
  to.say_extended(0, std::string(30'000, to.upto(2) ? 'l' : 'd'));
  to.say_extended(0, to.noise(1000));
}

void metadata(Speaker& to) {
  to.say_extensions(to.integer());
  for (int n = 0; n < 300; ++n) {
    auto head =
        "d8:msg_typei" + std::to_string(to.upto(4)) + "e5:piece" + to.integer() + "10:total_size" + to.integer() + "e";
    to.say_extended(2, head + to.noise(to.upto(3) ? 0 : 16384));
  }
}

/// All of them on loopback.
void peer_exchange(Speaker& to) {
  to.say_extensions("i1000e");
  constexpr int many = 10'000;
  for (int n = 0; n < 3; ++n) {
    std::string four, six;
    for (int peer = 0; peer < many; ++peer) {
      four += '\x7f' + to.noise(3) + to.noise(2);
      six += std::string(15, '\0') + '\x01' + to.noise(2);
    }
    auto const text = [](std::string const& bytes) { return std::to_string(bytes.size()) + ':' + bytes; };
    to.say_extended(1, "d5:added" + text(four) + "7:added.f" + text(to.noise(to.upto(many))) + "6:added6" + text(six) +
                           "7:dropped" + text(four.substr(0, static_cast<std::size_t>(to.upto(1000)))) + "e");
  }
}

void all_extensions(Speaker& to) {
  to.say_extensions(to.integer());
  for (int id = 0; id < 256; ++id) to.say_extended(id, to.noise(to.upto(40)));
}

std::string root_of(MadeTorrent const& torrent) {
  return torrent.v2_hex.empty() ? std::string(32, '\0') : torrent.info->files().root(lt::file_index_t(0)).to_string();
}

void hash_numbers(Speaker& to) {
  to.say(have_all);
  auto const root = root_of(to.torrent());
  for (int n = 0; n < 200; ++n) {
    to.say(hash_request, root + to.numbers(4));
    to.say(hash_reject, root + to.numbers(4));
  }
  to.say(hashes, root + to.numbers(4) + to.noise(32 * to.upto(20)));
}

std::uint32_t power_of_two(std::int64_t least) {
  std::uint32_t power = 1;
  while (power < least) power *= 2;
  return power;
}

lt::sha256_hash hash_of(std::span<lt::sha256_hash const> level) {
  if (level.size() == 1) return level[0];
  auto const left = hash_of(level.first(level.size() / 2)), right = hash_of(level.last(level.size() / 2));
  return lt::hasher256(left).update(right).final();
}

/// Of the blocks of the first file; of half of them with the hash that proves them.
std::string hashes_of(MadeTorrent const& torrent, bool half, std::function<void(lt::sha256_hash&)> const& change) {
  auto const size = torrent.files.front().size;
  auto const blocks = (size + 16383) / 16384;
  std::vector<lt::sha256_hash> level(power_of_two(blocks));
  for (std::int64_t n = 0; n < blocks; ++n) {
    std::vector<char> block(static_cast<std::size_t>(std::min<std::int64_t>(size - n * 16384, 16384)));
    torrent.read(n * 16384, std::as_writable_bytes(std::span(block)));
    auto& hash = level[static_cast<std::size_t>(n)] = lt::hasher256(block).final();
    if (change) change(hash);
  }
  half = half && level.size() > 1;
  auto const sent = level.size() / (half ? 2 : 1);
  std::string payload = root_of(torrent);
  peer::append(payload, 0);
  peer::append(payload, 0);
  peer::append(payload, static_cast<std::uint32_t>(sent));
  peer::append(payload, half ? static_cast<std::uint32_t>(std::bit_width(sent)) - 1 : 0);
  for (auto const& hash : std::span(level).first(sent)) payload += hash.to_string();
  if (half) payload += hash_of(std::span(level).last(sent)).to_string();
  return payload;
}

/// Of all blocks of the first file, as it is or with wrong ones.
void hashes_of_blocks(Speaker& to) {
  to.say(have_all);
  bool const wrong = to.upto(2);
  to.say(hashes, hashes_of(to.torrent(), false, [&](lt::sha256_hash& hash) {
           if (wrong) hash.assign(to.noise(32));
         }));
}

void hashes_twice(Speaker& to) {
  to.say(have_all);
  auto const half = hashes_of(to.torrent(), true, {});
  to.say(hashes, half);
  to.say(hashes, half);
}

template <void (*speak)(Speaker&)>
std::string spoken(MadeTorrent const& torrent, std::mt19937& random) {
  Speaker speaker(torrent, random);
  speak(speaker);
  return speaker.take();
}

constexpr Assault table[] = {
    {"noise", spoken<noise>},
    {"wrong lengths", spoken<wrong_lengths>},
    {"endless messages", spoken<endless_messages>},
    {"keep-alives", spoken<keep_alives>},
    {"bitfields", spoken<bitfields>},
    {"haves", spoken<haves>},
    {"fast pieces", spoken<fast_pieces>},
    {"requests", spoken<requests>},
    {"rejects", spoken<rejects>},
    {"unasked blocks", spoken<unasked_blocks>},
    {"chokes", spoken<chokes>},
    {"extension handshakes", spoken<extension_handshakes>},
    {"metadata", spoken<metadata>},
    {"peer exchange", spoken<peer_exchange>},
    {"all extensions", spoken<all_extensions>},
    {"hash numbers", spoken<hash_numbers>},
    {"hashes of blocks", spoken<hashes_of_blocks>},
    {"hashes twice", spoken<hashes_twice>},
};

}  // namespace

std::span<Assault const> assaults() { return table; }

std::string hostile_handshake(MadeTorrent const& torrent, std::mt19937& random) {
  std::string reserved(8, '\0');
  reserved[5] = 0x10;  // extension protocol
  reserved[7] = 0x15;  // DHT, fast extension, v2
  bool const v2 = torrent.v1_hex.empty() || (!torrent.v2_hex.empty() && random() % 2);
  std::string id = "-HO0001-";
  while (id.size() < 20) id += static_cast<char>('a' + random() % 26);
  return peer::handshake(reserved, peer::bytes_of_hex(v2 ? torrent.v2_hex : torrent.v1_hex).substr(0, 20), id);
}

}  // namespace support
