// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.hpp"

#include "support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace {

using testing::HasSubstr;

std::string error_of(std::string const& name, std::string const& value) {
  auto config = default_config();
  for (auto const& setting : settings_table())
    if (setting.name == name) {
      try {
        set_setting(config, setting, value, "here");
        return "";
      } catch (ConfigError const& error) {
        return error.what();
      }
    }
  return "no such setting";
}

TEST(Config, TableIsSound) {
  std::set<std::string> names;
  for (auto const& setting : settings_table()) {
    EXPECT_TRUE(names.insert(setting.name).second) << setting.name << " is there twice";
    EXPECT_FALSE(setting.help.empty()) << setting.name;
    EXPECT_FALSE(setting.allowed.empty()) << setting.name;
    EXPECT_EQ(error_of(setting.name, setting.initial), "") << "a default that is not allowed";
  }
  auto config = default_config();
  EXPECT_EQ(config.port, 7000);
  EXPECT_EQ(config.torrent_timeout, 60000);
  EXPECT_EQ(config.first_byte_wait, 30000);
  EXPECT_TRUE(config.torrent_keep);
  EXPECT_FALSE(config.torrent_trackers.empty());
}

TEST(Config, WrongValuesAreNamedWithWhatIsAllowed) {
  for (auto [name, value] : {std::pair{"PORT", "abc"},
                             {"PORT", "65536"},
                             {"PORT", "-1"},
                             {"PORT", ""},
                             {"PORT", "70 00"},
                             {"PORT", "7000.0"},
                             {"PORT", "0x10"},
                             {"TORRENT_DHT", "maybe"},
                             {"TORRENT_DHT", ""},
                             {"LOG_LEVEL", "loud"},
                             {"LOG_LEVEL", ""},
                             {"HTTP_MAX_CONNECTIONS", "0"},
                             {"READ_TIMEOUT", "99999999999999999999"},
                             {"TORRENT_MAX_CONNECTIONS", "0"}}) {
    auto error = error_of(name, value);
    EXPECT_THAT(error, HasSubstr(name));
    EXPECT_THAT(error, HasSubstr('"' + std::string(value) + '"'));
    EXPECT_THAT(error, HasSubstr("allowed: "));
  }
  for (auto yes : {"true", "TRUE", "1", "yes", "on", " true "}) EXPECT_EQ(error_of("TORRENT_DHT", yes), "");
}

TEST(Config, OriginsAreThoseOfBrowsers) {
  for (auto const* right :
       {"*", "null", "file://", "https://ui.example.com", "http://192.168.1.5:8080", "https://[fd00::5]:8443",
        "https://UI.example.com", "http://localhost:443", "chrome-extension://abcdefgh"})
    EXPECT_EQ(error_of("CORS_ORIGINS", right), "") << right;
  for (auto const* wrong :
       {"foo", "ui.example.com", "https://", "https://ui.example.com/", "https://ui.example.com/app",
        "https://ui.example.com:443", "http://ui.example.com:80", "https://ui.example.com:x",
        "https://me@ui.example.com", "https://*.example.com", "https://ü.example.com"})
    EXPECT_THAT(error_of("CORS_ORIGINS", wrong), HasSubstr("allowed: https://ui.example.com")) << wrong;
}

TEST(Config, AllowedHostsAreNames) {
  for (auto const* right : {"*", "films.example.com", "films.example.com:7000", "my_box", "[fd00::5]"})
    EXPECT_EQ(error_of("ALLOWED_HOSTS", right), "") << right;
  for (auto const* wrong : {"https://films.example.com", "films.example.com/", "*.example.com"})
    EXPECT_THAT(error_of("ALLOWED_HOSTS", wrong), HasSubstr("allowed: names")) << wrong;
}

TEST(Config, AProfileSetsWhatIsNotGiven) {
  auto config = default_config();
  EXPECT_EQ(config.torrent_max_connections, 200);
  apply_profile(config, "tv");
  EXPECT_EQ(config.torrent_max_connections, 30);
  EXPECT_EQ(config.torrent_ram_mb, 64);
}

TEST(Config, SecretsAreNotShown) {
  auto config = default_config();
  for (auto const& setting : settings_table()) {
    if (setting.name != "API_TOKEN") continue;
    set_setting(config, setting, "hunter2", "here");
    EXPECT_EQ(shown(config, setting), "…");
  }
}

TEST(Config, NoSecretOfAUrlIsShown) {
  auto config = default_config();
  for (auto const& setting : settings_table()) {
    if (setting.name != "SEARCH_PROVIDERS") continue;
    set_setting(config, setting, "library,torznab=http://me:pw@h/api?apikey=sesame&x=1", "here");
    EXPECT_EQ(shown(config, setting), "library,torznab=http://…@h/api?apikey=…&x=…");
  }
  auto const error = error_of("SEARCH_PROVIDERS", "torznad=http://h/api?apikey=sesame");
  EXPECT_THAT(error, testing::AllOf(HasSubstr("torznad"), testing::Not(HasSubstr("sesame"))));
  EXPECT_EQ(without_secrets("https://a/{infoHash}?file={fileIndex}&key=x"),
            "https://a/{infoHash}?file={fileIndex}&key=…");
}

class KeyFile : public testing::Test {
 protected:
  std::string error(std::string const& text) {
    support::write_file(path_, text);
    config_ = default_config();
    try {
      read_key_file(config_, path_);
      return "";
    } catch (ConfigError const& error) {
      return error.what();
    }
  }
  support::TempDir folder_;
  std::string path_ = folder_ / "gst-torrent.conf";
  Config config_;
};

TEST_F(KeyFile, Reads) {
  EXPECT_EQ(error("[gst-torrent]\nPORT=8080\nTORRENT_DHT=false\nALLOWED_HOSTS=a.b, c.d  e.f\n# PORT=9\nHOST=\n"), "");
  EXPECT_EQ(config_.port, 8080);
  EXPECT_FALSE(config_.torrent_dht);
  EXPECT_EQ(config_.allowed_hosts, (std::vector<std::string>{"a.b", "c.d", "e.f"}));
  EXPECT_EQ(error("[gst-torrent]\nTORRENT_TRACKERS=\n"), "");
  EXPECT_TRUE(config_.torrent_trackers.empty());
}

TEST_F(KeyFile, SampleSaysTheDefaults) {
  EXPECT_EQ(error(sample_key_file()), "");
  std::string active;  // every key, as if its comment sign were gone
  auto text = sample_key_file();
  for (std::size_t at = 0; at < text.size();) {
    auto end = text.find('\n', at);
    auto line = text.substr(at, end - at);
    if (line.size() > 1 && line[0] == '#' && line[1] != ' ') line.erase(0, 1);
    active += line + "\n";
    at = end + 1;
  }
  EXPECT_EQ(error(active), "");
  auto defaults = default_config();
  for (auto const& setting : settings_table())
    EXPECT_EQ(shown(config_, setting), shown(defaults, setting)) << setting.name;
}

TEST_F(KeyFile, WrongOnesAreRefused) {
  EXPECT_THAT(error("[gst-torrent]\nPROT=8080\n"), testing::AllOf(HasSubstr("PROT"), HasSubstr("did you mean PORT")));
  EXPECT_THAT(error("[gst-torrent]\nport=8080\n"), HasSubstr("did you mean PORT"));
  EXPECT_THAT(error("[gst-torrent]\nTORRENT_DOWNLOADPATH=x\n"), HasSubstr("did you mean TORRENT_DOWNLOAD_PATH"));
  EXPECT_THAT(error("[gst-torrent]\nZZZZZZZZZZZZZZZZZZZZ=1\n"), HasSubstr("no setting"));
  EXPECT_THAT(error("[server]\nPORT=1\n"), HasSubstr("[server]"));
  EXPECT_THAT(error("[gst-torrent]\nPORT=abc\n"), testing::AllOf(HasSubstr("PORT"), HasSubstr(path_)));
  EXPECT_THAT(error("no key file\n"), HasSubstr("can't be read"));
  try {
    read_key_file(config_, folder_ / "missing");
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_THAT(error.what(), HasSubstr("missing"));
  }
}

TEST(Config, DocumentationHasTheTable) {
  auto text = support::read_file(SOURCE_ROOT "/docs/configuration.md");
  EXPECT_THAT(text, HasSubstr(settings_markdown())) << "docs/configuration.md must hold exactly this table";
}

}  // namespace
