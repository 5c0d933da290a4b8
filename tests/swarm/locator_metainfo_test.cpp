// SPDX-License-Identifier: LGPL-2.1-or-later
// .torrent files: ones that libtorrent makes, ones that nobody honest makes.
#include "swarm/error.hpp"
#include "swarm/limits.hpp"
#include "swarm/locator.hpp"
#include "swarm/metadata.hpp"
#include "swarm/torrent.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/entry.hpp>
#include <libtorrent/torrent_info.hpp>

#include <functional>
#include <numeric>

namespace swarm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<char> bencoded(lt::entry const& entry) {
  std::vector<char> bytes;
  lt::bencode(std::back_inserter(bytes), entry);
  return bytes;
}

std::vector<char> bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// Of a .torrent's bytes, the way the session gets at them.
std::shared_ptr<Metadata const> metadata(std::vector<char> const& bytes) {
  return make_metadata(lt::torrent_info(bytes, lt::from_span));
}

// ---- honest ones

struct Content {
  std::string path;
  std::int64_t size;
};

/// A .torrent as libtorrent makes it, with invented hashes.
std::vector<char> made(std::vector<Content> const& contents, int piece_length, lt::create_flags_t flags,
                       std::function<void(lt::create_torrent&)> const& more = {}) {
  lt::file_storage files;
  for (auto const& [path, size] : contents) files.add_file(path, size);
  lt::create_torrent torrent(files, piece_length, flags);
  for (auto const piece : torrent.piece_range())
    if (!(flags & lt::create_torrent::v2_only)) torrent.set_hash(piece, lt::sha1_hash("12345678901234567890"));
  if (!(flags & lt::create_torrent::v1_only)) {
    for (auto const file : torrent.files().file_range()) {
      if (torrent.files().pad_file_at(file) || torrent.files().file_size(file) == 0) continue;
      for (auto const piece : torrent.files().file_piece_range(file))
        torrent.set_hash2(file, piece, lt::sha256_hash("12345678901234567890123456789012"));
    }
  }
  if (more) more(torrent);
  return bencoded(torrent.generate());
}

class Made : public testing::TestWithParam<lt::create_flags_t> {};

TEST_P(Made, IsTaken) {
  std::vector<Content> const contents = {{"show/a.mkv", 100'000},
                                         {"show/b/empty.txt", 0},
                                         {"show/b/c.srt", 20},
                                         {"show/d.mkv", 40'000},
                                         {"show/e.txt", 1}};
  auto const bytes = made(contents, 32768, GetParam(), [](lt::create_torrent& torrent) {
    torrent.add_tracker("udp://second.example:1/a", 1);
    torrent.add_tracker("http://first.example/a", 0);
    torrent.add_tracker("http://also-first.example/a", 0);
    torrent.add_tracker("wss://browser.example/", 0);
    torrent.add_tracker("http://first.example/a", 2);
    torrent.add_url_seed("http://seed.example/");
    torrent.add_url_seed("ftp://seed.example/");
    torrent.set_priv(true);
    torrent.set_creation_date(1'600'000'000);
  });
  auto const locator = Locator::from_metainfo(bytes);
  EXPECT_EQ(locator.name, "show");
  EXPECT_THAT(locator.trackers,
              ElementsAre("http://first.example/a", "http://also-first.example/a", "udp://second.example:1/a"));
  EXPECT_THAT(locator.web_seeds, ElementsAre("http://seed.example/"));
  EXPECT_EQ(*locator.metainfo, bytes);
  lt::torrent_info const torrent(bytes, lt::from_span);
  EXPECT_EQ(locator.hash.v1.has_value(), torrent.info_hashes().has_v1());
  EXPECT_EQ(locator.hash.v2.has_value(), torrent.info_hashes().has_v2());
  if (locator.hash.v1) {
    EXPECT_TRUE(std::equal(locator.hash.v1->begin(), locator.hash.v1->end(), torrent.info_hashes().v1.begin()));
  }
  // The link that it gives leads to the same torrent.
  EXPECT_EQ(Locator::parse(locator.magnet()).hash, locator.hash);

  auto const known = metadata(bytes);
  EXPECT_EQ(known->hash, locator.hash);
  EXPECT_TRUE(known->is_private);
  EXPECT_EQ(known->creation_date, 1'600'000'000);
  std::vector<Content> kept;
  auto const& layout = known->layout;
  for (auto const& file : layout.files())
    if (!file.padding) kept.push_back({file.path, file.size});
  ASSERT_EQ(kept.size(), contents.size());
  for (auto const& content : contents)
    EXPECT_TRUE(std::any_of(kept.begin(), kept.end(), [&](Content const& one) {
      return one.path == content.path && one.size == content.size;
    })) << content.path;
  EXPECT_EQ(layout.piece_length(), 32768);
  EXPECT_EQ(layout.piece_count(), torrent.num_pieces());
  for (int piece = 0; piece < layout.piece_count(); ++piece) {
    EXPECT_EQ(layout.piece_size(piece), torrent.piece_size(lt::piece_index_t(piece)));
    auto const expected =
        torrent.files().map_block(lt::piece_index_t(piece), 0, static_cast<int>(layout.piece_size(piece)));
    auto const slices = layout.slices(piece, 0, layout.piece_size(piece));
    ASSERT_EQ(slices.size(), expected.size());
    for (std::size_t i = 0; i < slices.size(); ++i) {
      EXPECT_EQ(slices[i].file, static_cast<int>(expected[i].file_index));
      EXPECT_EQ(slices[i].offset, expected[i].offset);
      EXPECT_EQ(slices[i].size, expected[i].size);
    }
  }
  // In v2 every file begins with a piece.
  for (auto const& file : layout.files()) {
    if (locator.hash.v2 && file.size > 0 && !file.padding) {
      EXPECT_EQ(file.offset % 32768, 0) << file.path;
    }
  }
}

std::string version_name(testing::TestParamInfo<lt::create_flags_t> const& info) {
  constexpr char const* names[] = {"V1", "V2", "Hybrid", "V1Padded"};
  return names[info.index];
}

INSTANTIATE_TEST_SUITE_P(Versions, Made,
                         testing::Values(lt::create_torrent::v1_only, lt::create_torrent::v2_only, lt::create_flags_t{},
                                         lt::create_torrent::v1_only | lt::create_torrent::canonical_files),
                         version_name);

TEST(Metainfo, SingleFile) {
  for (auto const flags : {lt::create_torrent::v1_only, lt::create_torrent::v2_only, lt::create_flags_t{}}) {
    auto const bytes = made({{"film.mkv", 100'000}}, 16384, flags);
    auto const locator = Locator::from_metainfo(bytes);
    EXPECT_EQ(locator.name, "film.mkv");
    EXPECT_THAT(locator.trackers, IsEmpty());
    auto const known = metadata(bytes);
    EXPECT_EQ(known->layout.file(0).path, "film.mkv");
    EXPECT_EQ(known->layout.file(0).size, 100'000);
    EXPECT_FALSE(known->is_private);
  }
}

/// A v1 info dictionary that is right.
lt::entry info(std::int64_t length = 40'000, std::int64_t piece_length = 16384) {
  lt::entry info;
  info["name"] = "film.mkv";
  info["piece length"] = piece_length;
  info["length"] = length;
  info["pieces"] = std::string(static_cast<std::size_t>((length + piece_length - 1) / piece_length) * 20, 'h');
  return info;
}

lt::entry with_info(lt::entry const& info) {
  lt::entry torrent;
  torrent["info"] = info;
  return torrent;
}

/// A v1 info dictionary of these paths, `size` bytes each.
lt::entry info_of(std::vector<std::vector<std::string>> const& paths, std::int64_t size = 16384) {
  auto result = info(size * static_cast<std::int64_t>(paths.size()));
  result.dict().erase("length");
  result["name"] = "show";
  auto& files = result["files"].list();
  for (auto const& path : paths) {
    lt::entry file;
    file["length"] = size;
    auto& parts = file["path"].list();
    for (auto const& part : path) parts.emplace_back(part);
    files.push_back(std::move(file));
  }
  return result;
}

TEST(Metainfo, Announce) {
  auto torrent = with_info(info());
  torrent["announce"] = " http://a.example/announce";
  EXPECT_THAT(Locator::from_metainfo(bencoded(torrent)).trackers, ElementsAre("http://a.example/announce"));
  torrent["announce-list"].list();
  torrent["announce-list"].list().emplace_back("not a list");
  EXPECT_THAT(Locator::from_metainfo(bencoded(torrent)).trackers, ElementsAre("http://a.example/announce"));
}

TEST(Metainfo, BytesBehindItDoNotMatter) {
  auto bytes = bencoded(with_info(info()));
  bytes.push_back('\n');
  EXPECT_EQ(Locator::from_metainfo(bytes).name, "film.mkv");
}

TEST(Metainfo, NamesStayInside) {
  struct {
    std::vector<std::string> path;
    char const* cleaned;
  } const rows[] = {
      {{"..", "..", "etc", "passwd"}, "show/etc/passwd"},
      {{"/etc/passwd"}, "show/etcpasswd"},
      {{"a/../../b"}, "show/a....b"},
      {{".", "x"}, "show/x"},
      {{".."}, "show/_"},
      {{"a\\..\\b"}, "show/a..b"},
      {{std::string("a\0b", 3)}, "show/ab"},
      {{"a\nb"}, "show/a_b"},
      {{"\xff\xfe"}, "show/__"},
      {{"a\u202eb"}, "show/ab"},
  };
  for (auto const& row : rows) {
    auto const bytes = bencoded(with_info(info_of({row.path, {"film.mkv"}})));
    EXPECT_NO_THROW(Locator::from_metainfo(bytes));
    EXPECT_EQ(metadata(bytes)->layout.file(0).path, row.cleaned);
  }
  for (auto const& name : std::vector<std::string>{"..", "/", "../..", ".", "a/b", {"\0", 1}}) {
    auto one = info();
    one["name"] = name;
    auto const bytes = bencoded(with_info(one));
    try {
      (void)Locator::from_metainfo(bytes);
      auto const path = metadata(bytes)->layout.file(0).path;
      EXPECT_EQ(path.find('/'), std::string::npos);
      EXPECT_NE(path, "..");
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), Errc::bad_input);
    }
  }
}

TEST(Metainfo, EqualNamesBecomeDifferent) {
  auto const bytes = bencoded(with_info(info_of({{"a.mkv"}, {"A.MKV"}, {"a.mkv"}, {"b"}, {"b", "c"}, {"a.1.mkv"}})));
  std::vector<std::string> paths;
  EXPECT_NO_THROW(Locator::from_metainfo(bytes));
  auto const known = metadata(bytes);
  for (auto const& file : known->layout.files()) paths.push_back(file.path);
  EXPECT_THAT(paths,
              ElementsAre("show/a.mkv", "show/A.1.MKV", "show/a.2.mkv", "show/b.1", "show/b/c", "show/a.1.1.mkv"));
}

TEST(Metainfo, TheSameFromASwarmAndFromAFile) {
  auto const bytes = bencoded(with_info(info_of({{"a.mkv"}, {"A.MKV"}, {"a.mkv"}, {"b"}, {"b", "c"}})));
  auto const from_file = metadata(bytes);
  lt::torrent_info from_swarm((lt::info_hash_t()));
  lt::error_code error;
  lt::bdecode_node const node = lt::bdecode(bytes, error);
  ASSERT_TRUE(from_swarm.parse_info_section(node.dict_find("info"), error, max_pieces)) << error;
  auto const known = make_metadata(from_swarm);
  EXPECT_EQ(known->hash, from_file->hash);
  ASSERT_EQ(known->layout.file_count(), from_file->layout.file_count());
  for (int i = 0; i < known->layout.file_count(); ++i)
    EXPECT_EQ(known->layout.file(i).path, from_file->layout.file(i).path);
}

TEST(Metadata, OfNothing) {
  try {
    (void)make_metadata(lt::torrent_info((lt::info_hash_t())));
    FAIL();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), Errc::bad_metadata);
  }
}

// ---- others

std::string failure(std::vector<char> bytes) {
  try {
    (void)Locator::from_metainfo(std::move(bytes));
    return "was taken";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), Errc::bad_input);
    EXPECT_LT(std::string_view(error.what()).size(), 250u);
    return error.what();
  }
}

struct Bad {
  char const* name;
  std::function<std::vector<char>()> bytes;
  char const* message;
};

void PrintTo(Bad const& row, std::ostream* out) { *out << row.name; }

Bad text(char const* name, std::string const& text, char const* message) {
  return {name, [=] { return bytes_of(text); }, message};
}

/// A right info dictionary, made wrong.
Bad changed(char const* name, char const* message, std::function<void(lt::entry&)> change) {
  return {name,
          [=] {
            auto dictionary = info();
            change(dictionary);
            return bencoded(with_info(dictionary));
          },
          message};
}

Bad const bad[] = {
    text("Empty", "", "is empty"),
    text("Text", "hello", "not bencoded"),
    text("Number", "i5e", "not bencoded"),
    text("WebPage", "<!DOCTYPE html><html>", "is a web page"),
    text("Gzip", "\x1f\x8b\x08", "gzip"),
    text("Magnet", "magnet:?xt=urn:btih:x", "holds a magnet link"),
    text("JustD", "d", "cut off: it ends after 1 bytes"),
    text("CutInAString", "d4:info5:ab", "cut off"),
    text("Damaged", "d4:infoxe", "not bencoded at byte 7"),
    text("NoInfo", "de", "no info dictionary"),
    text("InfoIsANumber", "d4:infoi5ee", "is not a dictionary"),
    text("InfoIsEmpty", "d4:infodee", "how long its pieces are"),
    text("MagnetInside", "d10:magnet-uri20:magnet:?xt=urn:btih:e", "no info dictionary"),
    {"Deep", [] { return bytes_of("d1:a" + std::string(100'000, 'l')); }, "nested too deep"},
    {"DeepDictionaries",
     [] {
       std::string deep;
       for (int i = 0; i < 100'000; ++i) deep += "d1:a";
       return bytes_of(deep);
     },
     "nested too deep"},
    {"ManyParts", [] { return bytes_of("d1:al" + std::string(9'000'000, 'l') + "ee"); }, "nested too deep"},
    {"ManyNumbers",
     [] {
       std::string list = "d1:al";
       while (list.size() < 10'000'000) list += "i0e";
       return bytes_of(list + "ee");
     },
     "too many parts"},
    {"TooLarge", [] { return std::vector<char>(max_metainfo_bytes + 1, 'd'); }, "10485761 bytes; at most"},
    changed("NoPieceLength", "how long its pieces are", [](lt::entry& info) { info.dict().erase("piece length"); }),
    changed("PieceLengthIsText", "how long its pieces are", [](lt::entry& info) { info["piece length"] = "x"; }),
    changed("PieceLengthZero", "pieces have 0 bytes", [](lt::entry& info) { info["piece length"] = 0; }),
    changed("PieceLengthNegative", "pieces have -1 bytes", [](lt::entry& info) { info["piece length"] = -1; }),
    changed("PieceLengthHuge", "at most 268435456",
            [](lt::entry& info) { info["piece length"] = std::int64_t{1} << 62; }),
    changed("PieceLengthHalfAGigabyte", "at most 268435456",
            [](lt::entry& info) {
              info["piece length"] = 512 << 20;
              info["pieces"] = std::string(20, 'h');
            }),
    changed("NoName", "no name", [](lt::entry& info) { info.dict().erase("name"); }),
    changed("NameIsANumber", "no name", [](lt::entry& info) { info["name"] = 5; }),
    changed("NoLength", "size of a file", [](lt::entry& info) { info.dict().erase("length"); }),
    changed("NegativeLength", "size of a file", [](lt::entry& info) { info["length"] = -40'000; }),
    changed("ZeroLength", "size of a file",
            [](lt::entry& info) {
              info["length"] = 0;
              info["pieces"] = "";
            }),
    changed("LengthOverflows", "size of a file",
            [](lt::entry& info) { info["length"] = std::numeric_limits<std::int64_t>::max(); }),
    changed("ClaimsTerabytes", "number of hashes", [](lt::entry& info) { info["length"] = std::int64_t{1} << 33; }),
    changed("ClaimsTooManyPieces", "too many pieces", [](lt::entry& info) { info["length"] = std::int64_t{1} << 42; }),
    changed("SumOverflows", "size of a file",
            [](lt::entry& info) {
              info = info_of({{"a"}, {"b"}, {"c"}});
              for (auto& file : info["files"].list()) file["length"] = (std::int64_t{1} << 43) * 15;
            }),
    changed("NoHashes", "hashes of the pieces are missing", [](lt::entry& info) { info.dict().erase("pieces"); }),
    changed("HashesCutOff", "no multiple of 20", [](lt::entry& info) { info["pieces"] = std::string(59, 'h'); }),
    changed("HashesAreANumber", "no multiple of 20", [](lt::entry& info) { info["pieces"] = 60; }),
    changed("TooFewHashes", "number of hashes", [](lt::entry& info) { info["pieces"] = std::string(40, 'h'); }),
    changed("TooManyHashes", "number of hashes", [](lt::entry& info) { info["pieces"] = std::string(80, 'h'); }),
    changed("NoFiles", "no files", [](lt::entry& info) { info = info_of({}); }),
    changed("FilesAreText", "size of a file",
            [](lt::entry& info) {
              info.dict().erase("length");
              info["files"] = "x";
            }),
    changed("FileIsText", "can't be used", [](lt::entry& info) { info = info_of({}); info["files"].list().emplace_back("x"); }),
    changed("FileWithoutPath", "no name", [](lt::entry& info) { info = info_of({{}}); }),
    changed("PathOfNumbers", "is no text",
            [](lt::entry& info) {
              info = info_of({{"x"}});
              info["files"].list().front()["path"].list().front() = 5;
            }),
    changed("AllFilesEmpty", "all are empty", [](lt::entry& info) { info = info_of({{"a"}, {"b"}}, 0); }),
    changed("FoldersTooDeep", "nested too deep",
            [](lt::entry& info) { info = info_of({std::vector<std::string>(5000, "x")}); }),
    changed("UnknownVersion", "version of BitTorrent", [](lt::entry& info) { info["meta version"] = 3; }),
    changed("V2WithoutTree", "file tree is missing", [](lt::entry& info) { info["meta version"] = 2; }),
    changed("TreeWithoutV2", "does not say that it is of version 2",
            [](lt::entry& info) { info["file tree"] = lt::entry::dictionary_type(); }),
    changed("V2PieceLength", "power of two",
            [](lt::entry& info) {
              info["meta version"] = 2;
              info["piece length"] = 20'000;
            }),
    changed("V2SmallPieces", "power of two",
            [](lt::entry& info) {
              info["meta version"] = 2;
              info["piece length"] = 8192;
            }),
    changed("V2EmptyTree", "can't be used",
            [](lt::entry& info) {
              info = lt::entry();
              info["meta version"] = 2;
              info["name"] = "x";
              info["piece length"] = 16384;
              info["file tree"] = lt::entry::dictionary_type();
            }),
    changed("HybridThatDiffers", "version 1 and version 2 differ",
            [](lt::entry& info) {
              info["meta version"] = 2;
              auto& file = info["file tree"]["film.mkv"][""];
              file["length"] = 30'000;
              file["pieces root"] = std::string(32, 'r');
            }),
    changed("V2WithoutRoot", "hash of a file is missing",
            [](lt::entry& info) {
              info.dict().erase("length");
              info.dict().erase("pieces");
              info["meta version"] = 2;
              info["file tree"]["film.mkv"][""]["length"] = 30'000;
            }),
    changed("V2TreeTooDeep", "nested too deep",
            [](lt::entry& info) {
              info["meta version"] = 2;
              auto* folder = &info["file tree"];
              for (int i = 0; i < 60; ++i) folder = &(*folder)["x"];
              (*folder)[""]["length"] = 1;
            }),
    {"V2PieceLayers",
     [] {
       auto const right = made({{"film.mkv", 100'000}}, 16384, lt::create_torrent::v2_only);
       lt::entry entry = lt::bdecode(right);
       entry["piece layers"].dict().begin()->second = std::string(32, 'x');
       return bencoded(entry);
     },
     "piece layers do not match"},
    changed("TooManyFiles", "more than 100000 files",
            [](lt::entry& info) { info = info_of(std::vector<std::vector<std::string>>(150'000, {"x"}), 1); }),
    changed("TooManyEqualNames", "the same name",
            [](lt::entry& info) { info = info_of(std::vector<std::vector<std::string>>(90'000, {"x"}), 1); }),
    changed("PaddingNamedLikeAFile", "the same name",
            [](lt::entry& info) {
              info = info_of(std::vector<std::vector<std::string>>(90'000, {".pad", "1"}), 1);
              auto& files = info["files"].list();
              for (auto file = ++files.begin(); file != files.end(); ++file) (*file)["attr"] = "p";
            }),
    changed("TooManyFolders", "too many folders",
            [](lt::entry& info) {
              std::vector<std::vector<std::string>> paths;
              for (int i = 0; i < 60'000; ++i) paths.push_back({"folder" + std::to_string(i * 7919 % 30'000), std::to_string(i)});
              info = info_of(paths, 1);
            }),
    changed("LongNamesInAV2Tree", "names of the torrent's files are too long",
            [](lt::entry& info) {
              info["meta version"] = 2;
              auto* folder = &info["file tree"];
              for (int i = 0; i < 20; ++i) folder = &(*folder)[std::string(240, 'x')];
              for (int i = 0; i < 20'000; ++i) (*folder)[std::to_string(i)][""]["length"] = 0;
            }),
};

class BadMetainfo : public testing::TestWithParam<Bad> {};

// Each within the time-out of the whole: none may keep anything busy.
TEST_P(BadMetainfo, HasItsSentence) { EXPECT_THAT(failure(GetParam().bytes()), HasSubstr(GetParam().message)); }

INSTANTIATE_TEST_SUITE_P(Table, BadMetainfo, testing::ValuesIn(bad), [](auto const& info) { return info.param.name; });

TEST(Metainfo, CutOffAnywhere) {
  auto const whole = made({{"show/a.mkv", 100'000}, {"show/b.srt", 20}}, 16384, {});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    auto const message = failure({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)});
    EXPECT_THAT(message, HasSubstr(size == 0 ? "is empty" : "cut off"));
  }
}

TEST(Metainfo, AnyByteWrong) {
  auto const whole = made({{"show/a.mkv", 100'000}, {"show/b.srt", 20}}, 16384, {});
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (char const byte : {'\0', 'd', '9', '\xff'}) {
      auto bytes = whole;
      bytes[at] = byte;
      (void)failure(bytes);  // taken, or an Error: nothing else
    }
  }
}

TEST(Metainfo, ManyFilesAreFine) {
  std::vector<std::vector<std::string>> paths;
  for (int i = 0; i < 50'000; ++i) paths.push_back({"folder " + std::to_string(i / 100), std::to_string(i) + ".jpg"});
  auto const bytes = bencoded(with_info(info_of(paths, 1)));
  EXPECT_EQ(Locator::from_metainfo(bytes).name, "show");
  EXPECT_EQ(metadata(bytes)->layout.file_count(), 50'000);
}

TEST(Metainfo, SomeEqualNamesAreFine) {
  auto const bytes = bencoded(with_info(info_of(std::vector<std::vector<std::string>>(300, {"film.mkv"}))));
  EXPECT_EQ(Locator::from_metainfo(bytes).name, "show");
  EXPECT_EQ(metadata(bytes)->layout.file(299).path, "show/film.299.mkv");
}

}  // namespace
}  // namespace swarm
