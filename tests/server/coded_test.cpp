// SPDX-License-Identifier: LGPL-2.1-or-later
// Films whose pictures no client plays: refused in words, or coded where that is allowed. The real program, a real
// swarm.
#include "running.hpp"
#include "support/made_file.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <regex>
#include <sstream>

namespace {

using testing::HasSubstr;
using testing::Not;

struct Film {
  char const* name;
  char const* client;
  char const* arguments;
};
constexpr Film films[] = {
    {"windows.wmv", "hlsjs", "-c:v wmv2 -g 50 -c:a wmav2"},
    {"program.mpg", "vlc", "-c:v mpeg2video -bf 2 -c:a mp2"},
    {"dvd.vob", "tizen", "-c:v mpeg2video -bf 2 -c:a ac3 -f vob"},
    {"part2.avi", "webos", "-c:v mpeg4 -bf 2 -g 50 -c:a libmp3lame"},
    {"b-frames.avi", "vlc", "-c:v libx264 -preset superfast -bf 3 -g 50 -c:a libmp3lame"},
    {"theora.ogv", "hlsjs", "-c:v libtheora -q:v 6 -c:a libvorbis"},
    {"vp9.webm", "tizen", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 50 -c:a libopus"},
    {"vp9.mp4", "webos", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 50 -c:a aac"},
    {"av1.mkv", "roku", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 50 -c:a aac"},
    {"deep.mkv", "safari", "-c:v libx264 -preset superfast -g 50 -pix_fmt yuv420p10le -c:a aac"},
};

support::MadeTorrent all_films() {
  auto const from = support::media_file({.seconds = 12, .gop = 50, .kbit = 300});
  support::TorrentSpec spec;
  for (auto const& film : films) {
    std::vector<std::string> arguments{"-i", from.string()};
    auto const words = support::words_of(film.arguments);
    arguments.insert(arguments.end(), words.begin(), words.end());
    spec.files.push_back(support::disk_file(film.name, support::made_by_ffmpeg(film.name, arguments)));
  }
  return support::make_torrent(spec);
}

class CodedFilms : public testing::Test {
 protected:
  void serve(Environment env) {
    swarm_ = std::make_unique<support::Swarm>(all_films());
    server_ = std::make_unique<Running>(std::move(env));
    ASSERT_EQ(server_->add(swarm_->magnet()).status(), 200);
  }
  [[nodiscard]] std::string base(Film const& film) const {
    return "/hls/" + swarm_->torrent().key + "/" + std::to_string(swarm_->torrent().file_index(film.name)) + "/";
  }
  /// The number of its track, which need not be the first.
  std::string picture(Film const& film) {
    auto const told = server_->get("/api/torrents/" + swarm_->torrent().key + "/hls/" +
                                   std::to_string(swarm_->torrent().file_index(film.name)));
    std::smatch found;
    EXPECT_TRUE(std::regex_search(told.body, found, std::regex("\"id\":(\\d+),\"kind\":\"video\""))) << told.body;
    return found[1];
  }
  support::http::Response master(Film const& film) {
    return server_->get(base(film) + "master.m3u8?client=" + film.client);
  }

  std::unique_ptr<support::Swarm> swarm_;
  std::unique_ptr<Running> server_;
};

TEST_F(CodedFilms, AreRefusedInWords) {
  serve({});
  for (auto const& film : films) {
    SCOPED_TRACE(film.name);
    auto const got = master(film);
    expect_failure(got, 415, "unsupported_codec");
    EXPECT_THAT(got.body, HasSubstr("HLS_TRANSCODE=video"));
    EXPECT_THAT(got.body, HasSubstr("/stream/"));
    auto const coded = server_->get(base(film) + "ts.6/v" + picture(film) + "h264.m3u8");
    expect_failure(coded, 415, "unsupported_codec");
    EXPECT_THAT(coded.body, HasSubstr("/stream/"));
  }
}

/// The line of a playlist after the one that begins so.
std::string line_after(std::string const& text, std::string const& beginning) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(beginning) && std::getline(lines, line)) return line;
  return {};
}

TEST_F(CodedFilms, AreCodedWhereThatIsAllowed) {
  serve({{"HLS_TRANSCODE", "video"}});
  for (auto const& film : films) {
    SCOPED_TRACE(film.name);
    auto const got = master(film);
    ASSERT_EQ(got.status(), 200) << got.body;
    EXPECT_THAT(got.body, HasSubstr("avc1.64"));
    EXPECT_THAT(got.body, HasSubstr("#EXT-X-INDEPENDENT-SEGMENTS"));
    EXPECT_THAT(got.body, Not(HasSubstr("I-FRAME")));
    auto const address = line_after(got.body, "#EXT-X-STREAM-INF");
    EXPECT_THAT(address, HasSubstr("h264"));
    auto const playlist = server_->get(base(film) + address);
    ASSERT_EQ(playlist.status(), 200) << playlist.body;
    auto const segment = base(film) + address.substr(0, address.find('/') + 1) + line_after(playlist.body, "#EXTINF");
    auto const made = server_->get(segment);
    ASSERT_EQ(made.status(), 200) << made.body;
    EXPECT_GT(made.body.size(), 10'000U);
    EXPECT_EQ(server_->get(segment).body, made.body);
  }
}

}  // namespace
