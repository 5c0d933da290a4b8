// SPDX-License-Identifier: LGPL-2.1-or-later
// The program gst-torrent against loopback swarms.
#include "server/json_path.hpp"
#include "support/child.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"
#include "support/temp_dir.hpp"
#include "support/tracker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace {

using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

class Cli : public testing::Test {
 protected:
  [[nodiscard]] support::ChildOptions options() const {
    return {.environment = {{"TORRENT_LISTEN", "127.0.0.1:0"},
                            {"TORRENT_DHT", "false"},
                            {"TORRENT_LSD", "false"},
                            {"TORRENT_PORT_MAPPING", "false"},
                            {"TORRENT_TRACKERS", ""},
                            {"GST_TORRENT_SESSION", "download-path=" + folder_.str() +
                                                        "/element, state-path=" + folder_.str() +
                                                        "/element, listen=127.0.0.1:0, dht=false, lsd=false, "
                                                        "port-mapping=false, inject-trackers=false"},
                            {"GST_PLUGIN_PATH", PLUGIN_PATH},
                            {"GST_REGISTRY", folder_ / "registry"}},
            .folder = folder_.str()};
  }
  static std::vector<std::string> command(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), CLI);
    return arguments;
  }
  [[nodiscard]] support::Ran run(std::vector<std::string> arguments) const {
    return support::run(command(std::move(arguments)), options());
  }
  /// What is in the folder, hidden things too.
  [[nodiscard]] std::vector<std::string> list() const {
    std::vector<std::string> names;
    for (auto const& entry : fs::directory_iterator(folder_.path())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  [[nodiscard]] bool is_payload(fs::path const& path, std::int64_t size, std::uint64_t seed = 1) const {
    auto const text = support::read_file(folder_.path() / path);
    return text.size() == static_cast<std::size_t>(size) && support::Payload(seed).matches(0, text);
  }

  support::TempDir folder_{"cli"};
};

support::MadeTorrent show() {
  support::TorrentSpec spec{.name = "show", .piece_size = 64 * KiB};
  spec.files = {support::payload_file("one.mkv", 300 * KiB, 1), support::payload_file("two.mkv", 500 * KiB, 2),
                support::payload_file("deep/three.txt", 7, 3)};
  return support::make_torrent(spec);
}

TEST_F(Cli, Info) {
  support::Swarm swarm(show());
  auto const text = run({"info", swarm.magnet()});
  EXPECT_EQ(text.exit.code, 0) << text.err;
  EXPECT_THAT(text.out,
              AllOf(HasSubstr(swarm.torrent().key), HasSubstr("two.mkv  (the film)"), HasSubstr("1 connected")));
  auto const json = run({"info", "--json", "--look", "0", swarm.magnet()});
  EXPECT_EQ(at(json.out, "$.infoHash"), '"' + swarm.torrent().key + '"');
  EXPECT_EQ(at(json.out, "$.film"), "1");
  EXPECT_EQ(at(json.out, "$.files[2].length"), "7");
  EXPECT_TRUE(list().empty());
}

TEST_F(Cli, TellsWhyNobodyIsThere) {
  std::string const hash(40, 'a');
  auto const none = run({"info", "--timeout", "1", hash});
  EXPECT_EQ(none.exit.code, 3);
  EXPECT_THAT(none.err, HasSubstr("names no tracker"));
  support::FaultyTracker tracker(support::FaultyTracker::Fault::error);
  auto const broken = run({"info", "--timeout", "3", "magnet:?xt=urn:btih:" + hash + "&tr=" + tracker.url()});
  EXPECT_EQ(broken.exit.code, 3);
  EXPECT_THAT(broken.err, HasSubstr("None of the 1 trackers answers"));
}

TEST_F(Cli, WrongUse) {
  for (auto const& arguments : std::vector<std::vector<std::string>>{{},
                                                                     {"dance"},
                                                                     {"info"},
                                                                     {"info", "a", "b"},
                                                                     {"info", "nonsense"},
                                                                     {"get", "--timeout", "soon", "x"},
                                                                     {"get", "--all", std::string(40, 'a'), "1"},
                                                                     {"get", "-a", "-o", "-", std::string(40, 'a')},
                                                                     {"magnet", "no.torrent"}}) {
    auto const ran = run(arguments);
    EXPECT_EQ(ran.exit.code, 2) << ran.err;
    EXPECT_FALSE(ran.err.empty());
  }
  for (auto const* option : {"--help", "--version"}) EXPECT_TRUE(run({option}).ok());
  auto const wrong =
      support::run(command({"magnet", "-i", std::string(40, 'a')}), {.environment = {{"TORRENT_DHT", "perhaps"}}});
  EXPECT_EQ(wrong.exit.code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("TORRENT_DHT"));
}

TEST_F(Cli, Magnet) {
  auto const ran = run({"magnet", "--name", "a film", "--tracker", "udp://tracker.example:1/announce", "--web-seed",
                        "http://seed.example/film", std::string(40, 'A')});
  EXPECT_EQ(ran.out,
            "magnet:?xt=urn:btih:" + std::string(40, 'a') +
                "&dn=a%20film&tr=udp%3A%2F%2Ftracker.example%3A1%2Fannounce&ws=http%3A%2F%2Fseed.example%2Ffilm\n");
}

TEST_F(Cli, GetsTheFilm) {
  support::Swarm swarm(show(), 2);
  auto const ran = run({"get", swarm.magnet()});
  EXPECT_EQ(ran.exit.code, 0) << ran.err;
  EXPECT_TRUE(is_payload("two.mkv", 500 * KiB, 2));
  EXPECT_THAT(list(), testing::ElementsAre("two.mkv"));
  // Never over what is there.
  auto const again = run({"get", swarm.magnet()});
  EXPECT_EQ(again.exit.code, 2);
  EXPECT_THAT(again.err, HasSubstr("--force"));
  EXPECT_THAT(list(), testing::ElementsAre("two.mkv"));
  EXPECT_TRUE(run({"get", "--force", swarm.magnet()}).ok());
}

TEST_F(Cli, MakesNoHiddenFileOfAStrangersName) {
  support::Swarm film(support::make_torrent(".profile", 64 * KiB));
  EXPECT_TRUE(run({"get", film.magnet()}).ok());
  EXPECT_THAT(list(), testing::ElementsAre("_profile"));
  support::TorrentSpec spec{.name = ".ssh"};
  spec.files = {support::payload_file("config", 64 * KiB)};
  support::Swarm folder(support::make_torrent(spec));
  EXPECT_TRUE(run({"get", "--all", folder.magnet()}).ok());
  EXPECT_THAT(list(), testing::ElementsAre("_profile", "_ssh"));
}

// A terminal obeys control characters, those of C1 too.
TEST_F(Cli, ShowsNoControlCharacters) {
  support::FaultyTracker tracker(support::FaultyTracker::Fault::failure);
  support::TorrentSpec spec{.name = "show"};
  spec.files = {support::payload_file("one\u009b31m.mkv", 64 * KiB), support::payload_file("two.mkv", 64 * KiB)};
  support::Swarm swarm(support::make_torrent(spec));
  auto const info = run({"info", swarm.magnet() + "&tr=" + tracker.url()});
  EXPECT_THAT(info.out, AllOf(HasSubstr("[31mnot allowed"), HasSubstr("31m.mkv")));
  auto const check = run({"check", "magnet:?xt=urn:btih:" + std::string(40, 'a') + "&tr=" + tracker.url()});
  EXPECT_THAT(check.out, HasSubstr("[31mnot allowed"));
  for (auto const& shown : {info.out, check.out})
    EXPECT_THAT(shown, Not(testing::AnyOf(HasSubstr("\x1b"), HasSubstr("\u009b"))));
}

TEST_F(Cli, GetsWhatIsAskedFor) {
  support::Swarm swarm(show(), 2);
  EXPECT_TRUE(run({"get", swarm.magnet(), "0"}).ok());
  EXPECT_TRUE(is_payload("one.mkv", 300 * KiB, 1));
  EXPECT_TRUE(run({"get", "-o", "named.txt", swarm.magnet(), "deep/three.txt"}).ok());
  EXPECT_TRUE(is_payload("named.txt", 7, 3));
  EXPECT_TRUE(run({"get", "-o", "also.txt", swarm.magnet() + "#file=three.txt"}).ok());
  EXPECT_TRUE(is_payload("also.txt", 7, 3));
  auto const none = run({"get", swarm.magnet(), "four.mkv"});
  EXPECT_EQ(none.exit.code, 2);
  EXPECT_THAT(none.err, HasSubstr("four.mkv"));
  EXPECT_TRUE(run({"get", "--all", swarm.magnet()}).ok());
  EXPECT_TRUE(is_payload("show/one.mkv", 300 * KiB, 1));
  EXPECT_TRUE(is_payload("show/deep/three.txt", 7, 3));
  EXPECT_THAT(list(), testing::ElementsAre("also.txt", "named.txt", "one.mkv", "show"));
}

TEST_F(Cli, GoesOnWhereItWasKilled) {
  constexpr std::int64_t size = 12 * MiB;
  support::Swarm swarm(support::make_torrent("film.mkv", size), 2, {.upload_limit = 2 * 1000 * 1000});
  for (int const signal : {SIGKILL, SIGINT}) {
    auto const before = swarm.uploaded();
    support::Child child(command({"get", swarm.magnet()}), options());
    ASSERT_FALSE(child.wait(50ms));
    while (swarm.uploaded() - before < 4 * MiB) ASSERT_FALSE(child.wait(20ms)) << child.err();
    child.signal(signal);
    auto const exit = child.wait();
    ASSERT_TRUE(exit);
    EXPECT_EQ(exit->code, signal == SIGINT ? 130 : -1);
    EXPECT_FALSE(fs::exists(folder_.path() / "film.mkv"));
  }
  EXPECT_EQ(run({"get", swarm.magnet()}).exit.code, 0);
  EXPECT_TRUE(is_payload("film.mkv", size));
  EXPECT_THAT(list(), testing::ElementsAre("film.mkv"));
  // What was verified was kept: twice comes only what was on its way.
  EXPECT_LT(swarm.uploaded(), size + 6 * MiB);
}

TEST_F(Cli, WritesToAPipe) {
  constexpr std::int64_t size = 5 * MiB;
  support::Swarm swarm(support::make_torrent("film.mkv", size), 2);
  auto const whole = run({"get", "-o", "-", swarm.magnet()});
  EXPECT_EQ(whole.exit.code, 0) << whole.err;
  EXPECT_EQ(whole.out.size(), static_cast<std::size_t>(size));
  EXPECT_TRUE(support::Payload().matches(0, whole.out));
  auto const head =
      support::run({"sh", "-c", std::string(CLI) + " get -o - '" + swarm.magnet() + "' | head -c 100000"}, options());
  EXPECT_EQ(head.out.size(), 100000u);
  EXPECT_EQ(head.err, "");
  EXPECT_TRUE(list().empty());
}

TEST_F(Cli, GivesUpAfterATimeOut) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1, {.stall_after = MiB});
  auto const ran = run({"get", "--timeout", "2", swarm.magnet()});
  EXPECT_EQ(ran.exit.code, 3);
  EXPECT_THAT(ran.err, HasSubstr("1 peers are connected"));
  auto const piped = run({"get", "--timeout", "2", "-o", "-", swarm.magnet()});
  EXPECT_EQ(piped.exit.code, 3) << piped.err;
}

TEST_F(Cli, TwoOfTheSameAreRefused) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1, {.upload_limit = 100 * 1000});
  support::Child child(command({"get", swarm.magnet()}), options());
  while (swarm.uploaded() == 0) ASSERT_FALSE(child.wait(20ms)) << child.err();
  auto const second = run({"get", swarm.magnet()});
  EXPECT_EQ(second.exit.code, 1);
  EXPECT_THAT(second.err, HasSubstr("Another process"));
}

TEST_F(Cli, PlaysToTheEnd) {
  auto const film = support::media_file(support::Container::mkv, 2);
  support::TorrentSpec spec{.name = "film.mkv"};
  spec.files = {support::disk_file("film.mkv", film)};
  support::Swarm swarm(support::make_torrent(spec));
  // GStreamer's plug-ins, all of which a player may load, keep what they have.
  auto leaking = options();
  leaking.environment.emplace_back("ASAN_OPTIONS", "detect_leaks=0");
  auto const ran = support::run(command({"play", swarm.magnet()}), leaking);
  EXPECT_EQ(ran.exit.code, 0) << ran.err;
  auto const none = run({"play", "nonsense"});
  EXPECT_EQ(none.exit.code, 2);
}

}  // namespace
