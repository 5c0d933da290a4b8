// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/locator.hpp"

#include "swarm/error.hpp"
#include "swarm/quote.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace swarm {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

#define V1 "0123456789abcdef0123456789abcdef01234567"
#define V2 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define BASE32 "AERUKZ4JVPG66AJDIVTYTK6N54ASGRLH"
#define MAGNET "magnet:?xt=urn:btih:" V1

// ---- what is wrong gets its sentence

struct Bad {
  std::string text;
  char const* message;  ///< a part of it
  Errc code = Errc::bad_input;
};

Bad const bad[] = {
    // nothing and nonsense
    {"", "Nothing was given"},
    {"   \n\t ", "Nothing was given"},
    {"hello", "\"hello\" is neither"},
    {"hello world", "neither a magnet link nor an info hash"},
    {"magnet", "neither"},
    {"urn:btih:" V1, "neither"},
    {std::string(70'000, 'a'), "70000 bytes long"},
    {std::string("abc\0def", 7), "control character (number 0) at position 4"},
    {"magnet:?xt=urn:btih:\x01" V1, "control character (number 1) at position 21"},
    {"a\x7f", "number 127"},
    {"http://example.org/film.torrent", "Web addresses are not opened"},
    {"HTTPS://example.org/film.torrent", "Web addresses are not opened"},
    {"ftp://example.org/film.torrent", "begin with \"ftp://\""},
    {"#file=3", "Nothing stands before #file="},
    // magnets
    {"magnet:", "has no ? after"},
    {"magnet:xt=urn:btih:" V1, "has no ? after"},
    {"magnet:/?xt=urn:btih:" V1, "has no ? after"},
    {"magnet:?", "has no xt"},
    {"magnet:?dn=film", "has no xt"},
    {"magnet:?xt", "names no torrent: its xt is \"\""},
    {"magnet:?xt=", "names no torrent: its xt is \"\""},
    {"magnet:?xt=" V1, "names no torrent: its xt is \"0123"},
    {"magnet:?xt=urn:ed2k:354b15e68fb8f36d7cd88ff94116cdc1", "urn:ed2k:354b"},
    {"magnet:?xt=urn:tree:tiger:TTH&xt=urn:sha1:X", "urn:tree:tiger:TTH"},
    {"magnet:?xt=urn:btih:", "The info hash is empty"},
    {"magnet:?xt=urn:btih:0", "is 1 character long"},
    {"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef0123456", "is 39 characters long"},
    {"magnet:?xt=urn:btih:" V1 "8", "is 41 characters long"},
    {"magnet:?xt=urn:btih:0123456789abcdef0123456789abcdef0123456g", "\"g\" at position 40"},
    {"magnet:?xt=urn:btih:0123456789abcdef 123456789abcdef01234567", "\" \" at position 17"},
    {"magnet:?xt=urn:btih:0123456789abcdef%C3%A923456789abcdef01234567", "\"é\" at position 17"},
    {"magnet:?xt=urn:btih:1ERUKZ4JVPG66AJDIVTYTK6N54ASGRLH", "\"1\" at position 1, which is not a base32"},
    {"magnet:?xt=urn:btih:AERUKZ4JVPG66AJDIVTYTK6N54ASGRL=", "\"=\" at position 32, which is not a base32"},
    {"magnet:?xt=urn:btih:" V2, "64 characters long; those are written urn:btmh:1220"},
    {"magnet:?xt=urn:btih:0000000000000000000000000000000000000000", "all zeros"},
    {"magnet:?xt=urn:btih:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "all zeros"},
    {"magnet:?xt=urn:btih:%zz", "xt of the magnet link has a %"},
    {"magnet:?xt=urn:btih:" V1 "%4", "xt of the magnet link has a %"},
    {"magnet:?xt=urn:btmh:", "begins with \"\""},
    {"magnet:?xt=urn:btmh:" V2, "begins with \"0011\"; BitTorrent knows only SHA-256"},
    {"magnet:?xt=urn:btmh:1114" V1, "begins with \"1114\""},
    {"magnet:?xt=urn:btmh:1220", "is 0 characters long instead of 64"},
    {"magnet:?xt=urn:btmh:1220" V1, "is 40 characters long instead of 64"},
    {"magnet:?xt=urn:btmh:1220" V2 "0", "is 65 characters long instead of 64"},
    {"magnet:?xt=urn:btmh:1220x0112233445566778899aabbccddeeff00112233445566778899aabbccddeeff", "\"x\" at position 1"},
    {MAGNET "&xt=urn:btih:ffffffffffffffffffffffffffffffffffffffff", "two different torrents"},
    {MAGNET "&xt.2=urn:btih:bad", "is 3 characters long"},
    {MAGNET "&so=a", "\"a\" where the number"},
    {MAGNET "&so=1,,2", "\"\" where the number"},
    {MAGNET "&so=-1", "\"\" where the number"},
    {MAGNET "&so=4-", "\"\" where the number"},
    {MAGNET "&so=1-2-3", "\"2-3\" where the number"},
    {MAGNET "&so=7-3", "ends before it begins"},
    {MAGNET "&so=99999999999999", "\"99999999999999\" where the number"},
    {MAGNET "&so=0-4000000", "\"4000000\" where the number"},
    {MAGNET "#file=", "Nothing follows #file="},
    {MAGNET "#file=-1", "is negative"},
    {MAGNET "#file=-99999999999999999999", "is negative"},
    {MAGNET "#file=99999999999", "is too large"},
    {MAGNET "#file=%", "has a %"},
    {MAGNET "#file=a%0", "has a %"},
    {MAGNET "#file=a%00b", "has a zero byte"},
    {MAGNET "#files=3", "ends in \"#files=3\""},
    {MAGNET "#3", "ends in \"#3\""},
    // hashes
    {"0123456789abcdef0123456789abcdef0123456", "is 39 characters long"},
    {"0123456789abcdef0123456789abcdef012345678", "is 41 characters long"},
    {"0123456789abcdefX123456789abcdef01234567", "\"X\" at position 17, which is not a hexadecimal"},
    {"0AERUKZ4JVPG66AJDIVTYTK6N54ASGRL", "\"0\" at position 1, which is not a base32"},
    {"0000000000000000000000000000000000000000", "all zeros"},
    {V2 "00", "is 66 characters long"},
    {"0011223344556677889-aabbccddeeff00112233445566778899aabbccddeeff", "\"-\" at position 20"},
    {V1 "#file=-2", "is negative"},
    // torrent:
    {"torrent:", "Nothing follows torrent:"},
    {"torrent:xyz", "is 3 characters long"},
    {"torrent:" V1 "0", "is 41 characters long"},
    {"torrent:" V1 "?tr=x", "is 45 characters long"},
    {"torrent:film.torrent", "not absolute: \"film.torrent\""},
    {"torrent:folder/film", "not absolute"},
    {"torrent://host/film.torrent", "names a host, \"host\""},
    {"torrent://" V1, "names a host"},
    {"torrent://", "has no path"},
    {"torrent:///", "has no path"},
    {"torrent:///nowhere/%", "has a %"},
    {"torrent:///nowhere/%00", "has a zero byte"},
    {"torrent:///nowhere/film.torrent", "does not exist", Errc::not_found},
    {"torrent:///nowhere/film.torrent#part", "ends in \"#part\""},
    {"file:///nowhere/film.torrent", "does not exist", Errc::not_found},
    {"file://host/film.torrent", "names a host"},
    // paths
    {"/nowhere/film.torrent", "\"/nowhere/film.torrent\" does not exist", Errc::not_found},
    {"nowhere.torrent", "does not exist", Errc::not_found},
    {"./nowhere", "does not exist", Errc::not_found},
    {"/dev/null/film.torrent", "does not exist", Errc::not_found},
    {"/", "\"/\" is a folder"},
    {"/dev/null", "not a file that can be read"},
    {"/" + std::string(60'000, 'x'), "path is too long"},
    {"/dev/\x1b]0;x\a", "control character"},
    {"/nowhere/\xff\xfe.torrent", "/nowhere/??.torrent", Errc::not_found},
};

class BadInput : public testing::TestWithParam<Bad> {};

TEST_P(BadInput, HasItsSentence) {
  auto const& row = GetParam();
  try {
    (void)Locator::parse(row.text);
    FAIL() << "was taken: " << row.text.substr(0, 200);
  } catch (Error const& error) {
    std::string const what = error.what();
    EXPECT_THAT(what, HasSubstr(row.message));
    EXPECT_EQ(error.code(), row.code);
    EXPECT_EQ(what.back(), '.') << what;
    EXPECT_LT(what.size(), 250u) << what;
    EXPECT_LT(error.advice().size(), 200u) << error.advice();
    auto const all = what + error.advice();
    EXPECT_TRUE(std::none_of(all.begin(), all.end(), [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; })) << all;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, BadInput, testing::ValuesIn(bad));

void PrintTo(Bad const& row, std::ostream* out) { *out << in_quotes(row.text); }

// ---- what is right

struct Good {
  std::string text;
  char const* key = V1;
  FileChoice file = TheFilm{};
};

Good const good[] = {
    {MAGNET},
    {"  " MAGNET "\n"},
    {"MAGNET:?XT=URN:BTIH:0123456789ABCDEF0123456789ABCDEF01234567"},
    {"magnet:?xt=urn:btih:" BASE32},
    {"magnet:?xt=urn:btih:aerukz4jvpg66ajdivtytk6n54asgrlh"},
    {"magnet:?xt=urn%3Abtih%3A" V1},
    {"magnet:?xt.1=urn:btih:" V1},
    {"magnet:?dn=a&xt=urn:btih:" V1},
    {"magnet:?dn&xt=urn:btih:" V1},
    {"magnet:?&&&xt=urn:btih:" V1 "&&"},
    {"magnet:?dn=a&amp;xt=urn:btih:" V1 "&amp;tr=udp://x:1"},
    {"magnet:?xt=urn:ed2k:354b15e68fb8f36d7cd88ff94116cdc1&xt=urn:btih:" V1},
    {MAGNET "&xt=urn:btih:" BASE32},
    {"magnet:?xt=urn:btmh:1220" V2, V2},
    {"magnet:?xt=urn:btmh:122000112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF", V2},
    {MAGNET "&xt=urn:btmh:1220" V2},
    {MAGNET "&unknown=%zz&x=&=&dn=50%"},
    {MAGNET "#"},
    {MAGNET "&dn=C#&tr=udp://a:1"},
    {MAGNET "#file=0", V1, 0},
    {MAGNET "#file=12", V1, 12},
    {MAGNET "#file=Season%201%2Fe1.mkv", V1, "Season 1/e1.mkv"},
    {MAGNET "#file=Tom & Jerry+1.mkv", V1, "Tom & Jerry+1.mkv"},
    {MAGNET "#file=3.mkv", V1, "3.mkv"},
    {MAGNET "#file=-", V1, "-"},
    {MAGNET "&so=#file=1", V1, 1},
    {V1},
    {"0123456789ABCDEF0123456789ABCDEF01234567"},
    {BASE32},
    {V2, V2},
    {V1 "#file=7", V1, 7},
    {"torrent:" V1},
    {"TORRENT:" BASE32},
    {"torrent:" V2 "#file=a.mkv", V2, "a.mkv"},
};

class GoodInput : public testing::TestWithParam<Good> {};

TEST_P(GoodInput, IsTaken) {
  auto const& row = GetParam();
  auto const locator = Locator::parse(row.text);
  EXPECT_EQ(locator.hash.key(), row.key);
  EXPECT_EQ(locator.file, row.file);
  EXPECT_FALSE(locator.metainfo);
}

INSTANTIATE_TEST_SUITE_P(Table, GoodInput, testing::ValuesIn(good));

void PrintTo(Good const& row, std::ostream* out) { *out << in_quotes(row.text); }

TEST(Magnet, Hybrid) {
  auto const locator = Locator::parse(MAGNET "&xt=urn:btmh:1220" V2);
  EXPECT_EQ(locator.hash.v1_hex(), V1);
  EXPECT_EQ(locator.hash.v2_hex(), V2);
}

TEST(Magnet, Name) {
  auto const name = [](std::string const& dn) { return Locator::parse(MAGNET "&dn=" + dn).name; };
  EXPECT_EQ(name("Big+Buck%20Bunny"), "Big Buck Bunny");
  EXPECT_EQ(name("1%2B1"), "1+1");
  EXPECT_EQ(name("%D0%A4%D0%B8%D0%BB%D1%8C%D0%BC"), "Фильм");
  EXPECT_EQ(name("100% true"), "100% true");
  EXPECT_EQ(name("a%00b%0Ac%FF"), "a\uFFFDb\uFFFDc\uFFFD");
  EXPECT_EQ(name("a=b"), "a=b");
  EXPECT_EQ(name("first&dn=second"), "first");
  EXPECT_LE(name(std::string(10'000, 'x')).size(), 255u);
}

TEST(Magnet, TrackersInOrderWithoutDoubles) {
  auto const locator = Locator::parse(
      MAGNET
      "&tr=udp%3A%2F%2Fb.example%3A1337%2Fannounce&tr.1=HTTP://a.example/announce?x=1%262&tr=https://[::1]:443/a"
      "&tr=udp://b.example:1337/announce"
      // none of these can be used
      "&tr=wss://w.example&tr=ws://w.example&tr=udp://noport.example&tr=udp://x:0&tr=udp://x:70000&tr=http://&tr="
      "&tr=http:///path&tr=example.org&tr=%zz&tr=http://a%20b/&tr=http://a%0Ab/&tr=http://:80/&tr=http://x:/&tr=://");
  EXPECT_THAT(locator.trackers,
              ElementsAre("udp://b.example:1337/announce", "http://a.example/announce?x=1&2", "https://[::1]:443/a"));
}

TEST(Magnet, PlusInATrackerIsAPlus) {
  EXPECT_THAT(Locator::parse(MAGNET "&tr=http://a.example/a+b").trackers, ElementsAre("http://a.example/a+b"));
}

TEST(Magnet, Sources) {
  auto const locator =
      Locator::parse(MAGNET
                     "&ws=http%3A%2F%2Fseed.example%2Ffilm.mkv&ws=ftp://seed.example/&ws=http://seed.example/film.mkv"
                     "&xs=urn:btpk:x&xs=https://example.org/f.torrent&xs=https://second.example/");
  EXPECT_THAT(locator.web_seeds, ElementsAre("http://seed.example/film.mkv"));
  EXPECT_EQ(locator.exact_source, "https://example.org/f.torrent");
}

TEST(Magnet, Peers) {
  auto const locator = Locator::parse(
      MAGNET
      "&x.pe=127.0.0.1:6881&x.pe=[::1]:1&x.pe=host.example:65535&X.PE=%5B2001%3Adb8%3A%3A1%5D%3A80&x.pe=127.0.0.1:6881"
      "&x.pe.2=a_b:1"
      // none of these can be used
      "&x.pe=&x.pe=1.2.3.4&x.pe=1.2.3.4:&x.pe=:80&x.pe=1.2.3.4:0&x.pe=1.2.3.4:65536&x.pe=1.2.3.4:-1&x.pe=::1:80"
      "&x.pe=[::g]:80&x.pe=[]:80&x.pe=a b:80&x.pe=%zz:80&x.pe=1.2.3.4:+80&x.pe=a/b:80");
  EXPECT_THAT(locator.peers,
              ElementsAre(PeerAddress{"127.0.0.1", 6881}, PeerAddress{"::1", 1}, PeerAddress{"host.example", 65535},
                          PeerAddress{"2001:db8::1", 80}, PeerAddress{"a_b", 1}));
}

TEST(Magnet, SelectOnly) {
  auto const selected = [](std::string const& so) { return Locator::parse(MAGNET "&so=" + so).select_only; };
  EXPECT_THAT(selected("4-6,2,0"), ElementsAre(0, 2, 4, 5, 6));
  EXPECT_THAT(selected("1,1,0-2,2-3"), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(selected("3%2C1&so=7"), ElementsAre(1, 3, 7));
  EXPECT_THAT(selected(""), IsEmpty());
}

TEST(Magnet, SaysAllItWasMadeFrom) {
  auto const link =
      "magnet:?xt=urn:btih:" V1 "&xt=urn:btmh:1220" V2
      "&dn=Tom%20%26%20Jerry&tr=udp%3A%2F%2Fb.example%3A1&tr=http%3A%2F%2Fa.example%2F%3Fx%3D1&ws=http%3A%2F%2Fs%2F"
      "&xs=https%3A%2F%2Fe%2Ff&x.pe=127.0.0.1:6881&x.pe=[::1]:1&so=0,2,4-6";
  EXPECT_EQ(Locator::parse(link).magnet(), link);
  EXPECT_EQ(Locator::parse(V1).magnet(), MAGNET);
  EXPECT_EQ(Locator::parse(V2).magnet(), "magnet:?xt=urn:btmh:1220" V2);
}

// Quadratic or worse would run into the time-out of the whole.
TEST(Magnet, LongOnesAreQuick) {
  std::string trackers = MAGNET;
  for (int i = 0; trackers.size() < 65'000; ++i) trackers += "&tr=udp://" + std::to_string(i) + ":1";
  EXPECT_GT(Locator::parse(trackers).trackers.size(), 3000u);
  std::string selected = MAGNET "&so=0-99999";
  while (selected.size() < 65'000) selected += ",0-99999";
  EXPECT_EQ(Locator::parse(selected).select_only.size(), 100'000u);
}

// ---- files on disk

class Paths : public testing::Test {
 protected:
  Paths() {
    std::string name = testing::TempDir() + "locatorXXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~Paths() override { std::filesystem::remove_all(folder_); }

  std::string write(std::string const& name, std::string const& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  static std::string failure(std::string const& text) {
    try {
      return "was taken: " + Locator::parse(text).name;
    } catch (Error const& error) {
      return error.what();
    }
  }

  std::filesystem::path folder_;
  std::string const torrent_ =
      "d4:infod6:lengthi1e4:name5:a.mkv12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee";
};

TEST_F(Paths, AreRead) {
  auto const path = write("f%m #1.torrent", torrent_);
  for (auto const& text : {path, path + "#file=0", "torrent://" + (folder_ / "f%25m%20%231.torrent").string(),
                           "torrent://" + (folder_ / "f%25m %231.torrent").string() + "#file=0",
                           "torrent:" + (folder_ / "f%25m %231.torrent").string(),
                           "file://localhost" + (folder_ / "f%25m %231.torrent").string()}) {
    auto const locator = Locator::parse(text);
    EXPECT_EQ(locator.name, "a.mkv");
    ASSERT_TRUE(locator.metainfo);
    EXPECT_EQ(std::string(locator.metainfo->begin(), locator.metainfo->end()), torrent_);
  }
  EXPECT_EQ(Locator::parse(path + "#file=a.mkv").file, FileChoice("a.mkv"));
}

TEST_F(Paths, NeedNoExtension) { EXPECT_EQ(Locator::parse(write("film", torrent_)).name, "a.mkv"); }

TEST_F(Paths, ThatFail) {
  EXPECT_THAT(failure(folder_), HasSubstr("is a folder"));
  EXPECT_THAT(failure(write("empty.torrent", "")), HasSubstr("is empty"));
  EXPECT_THAT(failure(write("text.torrent", "hello")), HasSubstr("not bencoded"));
  auto const film = write("film.mkv", "");
  std::filesystem::resize_file(film, 11 * 1024 * 1024);
  EXPECT_THAT(failure(film), HasSubstr("11534336 bytes, too many"));
  auto const pipe = folder_ / "pipe.torrent";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(failure(pipe), HasSubstr("not a file that can be read"));
  auto const loop = folder_ / "loop.torrent";
  std::filesystem::create_symlink(loop, loop);
  EXPECT_THAT(failure(loop), HasSubstr("can't be read"));
}

TEST_F(Paths, WithoutRights) {
  auto const path = write("secret.torrent", torrent_);
  std::filesystem::permissions(path, std::filesystem::perms::none);
  bool const root = geteuid() == 0;  // to whom nothing is forbidden
  constexpr uid_t nobody = 65534;
  if (root) {
    ASSERT_EQ(seteuid(nobody), 0);
  }
  Errc code = Errc::stopped;
  std::string message;
  try {
    (void)Locator::parse(path);
  } catch (Error const& error) {
    code = error.code();
    message = error.what();
  }
  if (root) {
    ASSERT_EQ(seteuid(0), 0);
  }
  EXPECT_EQ(code, Errc::permission);
  EXPECT_THAT(message, HasSubstr("may not be read"));
}

}  // namespace
}  // namespace swarm
