// SPDX-License-Identifier: LGPL-2.1-or-later
// Every route of the real program, and what it says to wrong requests.
#include "api/routes.hpp"

#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <regex>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using testing::AnyOf;
using testing::HasSubstr;
using testing::MatchesRegex;

std::string const unknown(40, 'a');

support::MadeTorrent show() {
  return support::make_torrent(
      {.files = {support::payload_file("one.mp4", 300 * KiB, 1), support::payload_file("sub/two film.mkv", MiB, 2),
                 support::text_file("empty.mkv", ""), support::text_file("read me.txt", "Hello.")},
       .name = "show"});
}

TEST(Routes, EachIsDocumented) {
  auto text = support::read_file(SOURCE_ROOT "/docs/rest-api.md");
  for (auto const& row : api::route_table()) {
    auto const named = std::string("`") + row.method + " " + row.pattern;
    auto const line = text.find("| " + named + "` |");
    ASSERT_NE(line, std::string::npos) << named;
    if (!*row.query) continue;
    auto const query = "?" + std::regex_replace(row.query, std::regex(" "), "=&") + "=";
    EXPECT_TRUE(text.substr(line, text.find('\n', line) - line).find(query) != std::string::npos ||
                text.find(named + query) != std::string::npos)
        << named << query;
  }
  // and none that is not there
  std::size_t documented = 0;
  for (auto method : {"GET", "POST", "DELETE", "PATCH", "PUT"})
    for (auto from = text.find(std::string("| `") + method + " "); from != std::string::npos;
         from = text.find(std::string("| `") + method + " ", from + 1))
      ++documented;
  EXPECT_EQ(documented, api::route_table().size());
}

TEST(Routes, OpenApiHasThemAll) {
  Running server;
  auto const got = server.get("/openapi.json");
  EXPECT_EQ(got["Content-Type"], "application/json");
  EXPECT_EQ(at(got.body, "$.openapi"), "\"3.0.3\"");
  for (auto const& row : api::route_table()) {
    std::string path = std::regex_replace(row.pattern, std::regex(":([A-Za-z]+)"), "{$1}");
    g_autofree char* method = g_ascii_strdown(row.method, -1);
    EXPECT_NE(at(got.body, ("$.paths['" + path + "']." + method + ".summary").c_str()), "") << row.pattern;
  }
  EXPECT_EQ(at(got.body, "$.paths['/api/torrents/{infoHash}'].patch.parameters[0].name"), "\"infoHash\"");
  EXPECT_EQ(at(got.body, "$.paths['/search'].get.parameters[2].schema.type"), "\"integer\"");
  EXPECT_NE(at(got.body,
               "$.paths['/api/torrents/{infoHash}'].patch.requestBody.content['application/json'].schema"
               ".properties.trackers"),
            "");
  EXPECT_EQ(at(got.body, "$.paths['/health'].get.security"), "[]");
  auto const page = server.get("/docs");
  EXPECT_EQ(page["Content-Type"], "text/html; charset=utf-8");
  for (auto const& row : api::route_table())
    EXPECT_THAT(page.body, HasSubstr("<code>" + std::string(row.pattern) + "</code>"));
}

TEST(Routes, AddListShowRemove) {
  support::Swarm swarm(show(), 2);
  auto const& torrent = swarm.torrent();
  Running server;
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0");

  auto added = server.add(swarm.magnet());
  ASSERT_EQ(added.status(), 200) << added.body;
  EXPECT_EQ(at(added.body, "$.success"), "true");
  EXPECT_EQ(at(added.body, "$.data.infoHash"), '"' + torrent.key + '"');
  EXPECT_EQ(at(added.body, "$.data.name"), "\"show\"");
  EXPECT_EQ(at(added.body, "$.data.cached"), "false");
  EXPECT_EQ(at(added.body, "$.data.message"), "\"Torrent added successfully\"");
  auto film = torrent.file_index("sub/two film.mkv");
  auto path = "$.data.files[" + std::to_string(film) + "]";
  EXPECT_EQ(at(added.body, path.c_str()),
            "{\"index\":" + std::to_string(film) +
                ",\"name\":\"two film.mkv\",\"path\":\"show/sub/two film.mkv\",\"length\":1048576}");

  auto list = server.get("/api/torrents");
  EXPECT_EQ(at(list.body, "$.data.total"), "1");
  EXPECT_EQ(at(list.body, "$.data.torrents[0].infoHash"), '"' + torrent.key + '"');
  EXPECT_EQ(at(list.body, "$.data.dht"), "{\"enabled\":false,\"nodes\":0}");
  for (auto name : {"name", "status", "progress", "peers", "downloadSpeed", "uploadSpeed"})
    EXPECT_NE(at(list.body, ("$.data.torrents[0]." + std::string(name)).c_str()), "") << name;
  EXPECT_EQ(at(server.get("/api/torrents?offset=1").body, "$.data.torrents"), "[]");
  EXPECT_EQ(at(server.get("/api/torrents?limit=0").body, "$.data.total"), "1");
  EXPECT_EQ(at(server.get("/api/torrents?offset=0&limit=5").body, "$.data.torrents[0].name"), "\"show\"");

  // The film is kept: it comes to its end with nobody watching.
  auto files = "/api/torrents/" + torrent.key + "/files";
  auto progress = path + ".progress";
  ASSERT_TRUE(eventually([&] { return at(server.get(files).body, progress.c_str()) == "\"100.00\""; }));
  auto shown = server.get(files);
  EXPECT_EQ(at(shown.body, "$.data.count"), "4");
  EXPECT_EQ(at(shown.body, (path + ".mimeType").c_str()), "\"video/x-matroska\"");
  EXPECT_EQ(at(shown.body, (path + ".isVideo").c_str()), "true");
  EXPECT_EQ(at(shown.body, (path + ".downloaded").c_str()), "1048576");
  EXPECT_EQ(at(shown.body, (path + ".streamUrl").c_str()),
            "\"/stream/file/" + torrent.key + "/" + std::to_string(film) + '"');

  auto one = server.get("/api/torrents/" + torrent.key);
  EXPECT_THAT(at(one.body, "$.data.status"), AnyOf("\"complete\"", "\"connected\"", "\"downloading\""));
  EXPECT_THAT(at(one.body, "$.data.progress"), MatchesRegex("\"[0-9]+\\.[0-9][0-9]\""));
  for (auto name :
       {"downloadSpeed", "uploadSpeed", "downloaded", "uploaded", "numPeers", "timeRemaining", "retries", "trackers"})
    EXPECT_NE(at(one.body, ("$.data." + std::string(name)).c_str()), "") << name;

  auto info = server.get("/stream/info/" + torrent.key);
  EXPECT_EQ(at(info.body, "$.data.totalFiles"), "4");
  EXPECT_EQ(at(info.body, "$.data.videoFiles"), "3");
  EXPECT_EQ(info["Access-Control-Allow-Origin"], "*");

  EXPECT_EQ(at(server.add(swarm.magnet()).body, "$.success"), "true") << "known already";
  auto gone = server.remove("/api/torrents/" + torrent.key + "?deleteFiles=true");
  EXPECT_EQ(gone.status(), 200) << gone.body;
  EXPECT_EQ(at(gone.body, "$.data"), "{\"infoHash\":\"" + torrent.key + "\",\"deletedFiles\":true}");
  EXPECT_EQ(at(gone.body, "$.message"), "\"Torrent removed successfully\"");
  EXPECT_FALSE(std::filesystem::exists(server.folder().path() / "downloads" / torrent.key));
  expect_failure(server.get("/api/torrents/" + torrent.key), 404, "unknown_torrent");
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0");
}

TEST(Routes, AddByEveryForm) {
  auto torrent = support::make_torrent(
      {.files = {support::payload_file("film.mkv", 300 * KiB)}, .format = support::Format::hybrid});
  Running server;
  std::string bytes(torrent.metainfo.begin(), torrent.metainfo.end());
  auto expect = [&](support::http::Response const& got, char const* what) {
    EXPECT_EQ(got.status(), 200) << what << got.body;
    EXPECT_EQ(at(got.body, "$.data.infoHash"), '"' + torrent.v1_hex + '"') << what;
    EXPECT_EQ(at(got.body, "$.data.infoHashV2"), '"' + torrent.v2_hex + '"') << what;
    EXPECT_EQ(at(got.body, "$.data.files[0].name"), "\"film.mkv\"") << what;
    EXPECT_EQ(server.remove("/api/torrents/" + torrent.v2_hex).status(), 200) << what;
  };
  expect(server.post("/api/torrents", bytes, "application/x-bittorrent"), ".torrent");
  expect(server.post("/api/torrents?fileIndex=0&wait=1", bytes, "application/x-bittorrent"), ".torrent with a choice");
  expect(server.post(
             "/api/torrents",
             "--B\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--B\r\nContent-Disposition: form-data; "
             "name=\"torrent\"; filename=\"a.torrent\"\r\nContent-Type: application/x-bittorrent\r\n\r\n" +
                 bytes + "\r\n--B--\r\n",
             "multipart/form-data; boundary=B"),
         "form");
  support::Swarm swarm(torrent);
  expect(server.add(swarm.magnet()), "magnet");
  expect(server.post("/api/torrents",
                     "{\"magnetUri\":\"" + swarm.magnet() + "\",\"infoHash\":\"" + torrent.v1_hex +
                         "\",\"fileIndex\":0,\"name\":\"x\",\"trackers\":[]}",
                     "application/x-www-form-urlencoded"),
         "what curl -d sends");
}

TEST(Routes, AFormMaySendItsEmptyFields) {
  Running server;
  for (auto const* body :
       {R"({"magnetUri":"magnet:?xt=urn:btih:%s","infoHash":"","torrentUrl":"","name":""})",
        R"({"magnetUri":" magnet:?xt=urn:btih:%s\n","infoHash":"  "})", R"({"infoHash":"\t%s \r\n"})",
        R"({"magnetUri":"","infoHash":"%s","torrentUrl":"","name":""})"}) {
    auto const text = std::regex_replace(body, std::regex("%s"), unknown);
    EXPECT_EQ(server.post("/api/torrents?wait=0", text).status(), 202) << text;
  }
}

// What is refused changes nothing.
TEST(Routes, AWishForAFileThatIsNotThereEndsNoDownload) {
  support::Swarm swarm(show(), 1, {.upload_limit = 100 * KiB});
  auto const target = "/api/torrents/" + swarm.torrent().key;
  auto const wish = [&](int file) {
    return R"({"infoHash": ")" + swarm.torrent().key + R"(", "fileIndex": )" + std::to_string(file) + "}";
  };
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  EXPECT_EQ(at(server.get(target).body, "$.data.keep"), "true");
  expect_failure(server.post("/api/torrents", wish(99)), 404, "unknown_file");
  EXPECT_EQ(at(server.get(target).body, "$.data.keep"), "true");
  EXPECT_EQ(server.post("/api/torrents", wish(0)).status(), 200);
}

TEST(Routes, AddWaitsAsLongAsAsked) {
  Running server;
  auto body = "{\"infoHash\":\"" + unknown + "\",\"name\":\"My Film\"}";
  for (auto [wait, target] : {std::pair{0ms, "/api/torrents?wait=0"}, {1000ms, "/api/torrents?wait=1"}}) {
    auto start = std::chrono::steady_clock::now();
    auto got = server.post(target, body);
    auto took = std::chrono::steady_clock::now() - start;
    EXPECT_EQ(got.status(), 202);
    EXPECT_EQ(at(got.body, "$.data.status"), "\"connecting\"");
    EXPECT_EQ(at(got.body, "$.data.files"), "[]");
    EXPECT_EQ(at(got.body, "$.data.name"), "\"My Film\"");
    EXPECT_GE(took, wait);
    EXPECT_LT(took, wait + 2s);
  }
  EXPECT_EQ(at(server.get("/api/torrents/" + unknown).body, "$.data.status"), "\"connecting\"");
  EXPECT_EQ(at(server.get("/api/torrents/" + unknown + "/files").body, "$.data.count"), "0");
}

TEST(Routes, BadInput) {
  Running server;
  struct Case {
    std::string body;
    char const* code;
    char const* type = "application/json";
    int status = 400;
  };
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\":";
  auto magnet = [](std::string const& text) { return "{\"magnetUri\":\"" + text + "\"}"; };
  std::vector<Case> cases = {
      {"", "bad_json"},
      {"{", "bad_json"},
      {"[]", "bad_json"},
      {"null", "bad_json"},
      {"\"magnet:?xt=urn:btih:" + unknown + "\"", "bad_json"},
      {"{\"magnetUri\":}", "bad_json"},
      {"{'magnetUri':'x'}", "bad_json"},
      {"{\"magnetUri\":5}", "bad_json"},
      {"{\"infoHash\":[]}", "bad_json"},
      {"{\"infoHash\":\"" + unknown + "\",\"fileIndex\":\"0\"}", "bad_json"},
      {"{\"infoHash\":\"" + unknown + "\",\"trackers\":\"udp://a\"}", "bad_json"},
      {"{\"infoHash\":\"\xff\xfe\"}", "bad_json"},
      {deep, "bad_json"},
      {"{}", "bad_request"},
      {"{\"infoHash\":null}", "bad_request"},
      {"{\"fileIndex\":0}", "bad_request"},
      {"{\"name\":\"-\"}", "bad_input"},
      {"{\"infoHash\":\"\"}", "bad_request"},
      {"{\"infoHash\":\"xyz\"}", "bad_info_hash"},
      {"{\"infoHash\":\"" + std::string(39, 'a') + "\"}", "bad_info_hash"},
      {"{\"infoHash\":\"" + std::string(41, 'a') + "\"}", "bad_info_hash"},
      {"{\"infoHash\":\"" + std::string(40, 'g') + "\"}", "bad_info_hash"},
      {"{\"infoHash\":\"" + unknown + "\",\"fileIndex\":-1}", "bad_input"},
      {"{\"infoHash\":\"" + unknown + "\",\"trackers\":[\"file:///etc/passwd\"]}", "bad_input"},
      {"{\"infoHash\":\"" + unknown + "\",\"trackers\":[\"\"]}", "bad_input"},
      {"{\"magnetUri\":\"magnet:?xt=urn:btih:" + unknown + "\",\"infoHash\":\"" + std::string(40, 'b') + "\"}",
       "bad_input"},
      {magnet(""), "bad_request"},
      {"{\"magnetUri\":\"\",\"infoHash\":\"\",\"torrentUrl\":\"\",\"name\":\"\"}", "bad_request"},
      {"{\"infoHash\":\"" + unknown + "\",\"fileIndex\":4294967296}", "unknown_file", "application/json", 404},
      {magnet("magnet:"), "bad_input"},
      {magnet("magnet:?"), "bad_input"},
      {magnet("magnet:?dn=x"), "bad_input"},
      {magnet("magnet:?xt=urn:btih:"), "bad_input"},
      {magnet("magnet:?xt=urn:btih:zz"), "bad_input"},
      {magnet("magnet:?xt=urn:sha1:" + unknown), "bad_input"},
      {magnet("magnet:?xt=urn:btmh:1220" + unknown), "bad_input"},
      {magnet("http://example.com/x"), "bad_input"},
      {magnet("/etc/passwd"), "bad_input"},
      {magnet("torrent:///etc/passwd"), "bad_input"},
      {magnet(unknown), "bad_input"},
      {"{\"torrentUrl\":\"file:///etc/passwd\"}", "bad_input"},
      {"{\"torrentUrl\":\"http://\"}", "bad_input"},
      {"{\"torrentUrl\":\"http://127.0.0.1/x.torrent\"}", "forbidden_address", "application/json", 403},
      {"{\"torrentUrl\":\"http://[::ffff:10.0.0.1]/x.torrent\"}", "forbidden_address", "application/json", 403},
      {"", "bad_input", "application/x-bittorrent"},
      {"garbage", "bad_input", "application/x-bittorrent"},
      {"d4:infod", "bad_input", "application/x-bittorrent"},
      {"de", "bad_input", "application/x-bittorrent"},
      {"d4:infodee", "bad_input", "application/x-bittorrent"},
      {"d4:infod6:lengthi-1e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee", "bad_input",
       "application/x-bittorrent"},
      {"d4:infod6:lengthi9223372036854775807e4:name1:a12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaaee",
       "bad_input", "application/x-bittorrent"},
      {"x", "bad_request", "multipart/form-data"},
      {"--B\r\n\r\n--B--\r\n", "bad_request", "multipart/form-data; boundary=B"},
      {"--B\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n--B--\r\n", "bad_request",
       "multipart/form-data; boundary=B"},
      {"<xml/>", "unsupported_media_type", "application/xml", 415},
      {std::string(1024 * 1024 + 1, ' '), "payload_too_large", "application/json", 413},
      {std::string(11 * 1024 * 1024, 'd'), "payload_too_large", "application/x-bittorrent", 413},
      {std::string(10 * 1024 * 1024 + 1, 'd'), "payload_too_large", "application/x-bittorrent", 413},
      {"--B\r\nContent-Disposition: form-data; name=\"torrent\"\r\n\r\n" + std::string(10 * 1024 * 1024 + 1, 'd') +
           "\r\n--B--\r\n",
       "payload_too_large", "multipart/form-data; boundary=B", 413},
  };
  EXPECT_GE(cases.size(), 40u);
  for (auto const& c : cases) {
    SCOPED_TRACE(c.body.substr(0, 100));
    auto start = std::chrono::steady_clock::now();
    expect_failure(server.post("/api/torrents", c.body, c.type), c.status, c.code);
    EXPECT_LT(std::chrono::steady_clock::now() - start, 1s);
  }
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0") << "and nothing was added";
}

TEST(Routes, BadAddresses) {
  Running server;
  struct {
    std::string target;
    int status;
    char const* code;
  } cases[] = {
      {"/nowhere", 404, "not_found"},
      {"/api", 404, "not_found"},
      {"/stream", 404, "not_found"},
      {"/api/torrents/xyz", 400, "bad_info_hash"},
      {"/api/torrents/" + unknown, 404, "unknown_torrent"},
      {"/api/torrents/" + unknown + "/files", 404, "unknown_torrent"},
      {"/api/torrents?offset=-1", 400, "bad_request"},
      {"/api/torrents?limit=many", 400, "bad_request"},
      {"/stream/info/" + unknown, 404, "unknown_torrent"},
      {"/stream/info/xyz", 400, "bad_info_hash"},
      {"/stream/proxy/xyz", 400, "bad_info_hash"},
      {"/stream/proxy/..%2f..%2fetc%2fpasswd", 400, "bad_info_hash"},
      {"/stream/proxy/" + unknown + "?fileIndex=one", 400, "bad_request"},
      {"/stream/proxy/" + unknown + "?fileIndex=", 400, "bad_request"},
      {"/stream/proxy/" + unknown + "?fileIndex=-1", 400, "bad_request"},
      {"/stream/proxy/" + unknown + "?download=perhaps", 400, "bad_request"},
      {"/stream/file/" + unknown + "/one", 400, "bad_request"},
      {"/stream/file/xyz/0", 400, "bad_info_hash"},
  };
  for (auto const& c : cases) {
    SCOPED_TRACE(c.target);
    expect_failure(server.get(c.target), c.status, c.code);
  }
  expect_failure(server.remove("/api/torrents/" + unknown), 404, "unknown_torrent");
  expect_failure(server.remove("/api/torrents/" + unknown + "?deleteFiles=perhaps"), 400, "bad_request");
  expect_failure(server.remove("/api/torrents"), 405, "method_not_allowed");
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0");
}

TEST(Routes, Redirects) {
  Running server;
  auto got = server.get("/stream/file/" + std::string(40, 'A') + "/07?download=true&token=x%26y&else=1");
  EXPECT_EQ(got.status(), 302);
  EXPECT_EQ(got["Location"], "/stream/proxy/" + unknown + "?fileIndex=7&download=true&token=x%26y");
  EXPECT_EQ(server.get("/test-torrent-streaming")["Location"], "/");
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "0") << "a redirect adds nothing";
}

TEST(Routes, HealthAndStatus) {
  Running server(Environment{{"API_TOKEN", "secret"}, {"CACHE_MAX_SIZE", "77"}});
  for (auto target : {"/health", "/api/health"}) {
    auto got = server.get(target);
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(at(got.body, "$.status"), "\"healthy\"");
    EXPECT_EQ(at(got.body, "$.reasons[*]"), "");
    EXPECT_THAT(at(got.body, "$.timestamp"), MatchesRegex("\"20..-..-..T..:..:..\\....Z\""));
    EXPECT_EQ(at(got.body, "$.services.torrent.status"), "\"running\"");
    EXPECT_EQ(at(got.body, "$.services.torrent.activeTorrents"), "0");
    EXPECT_EQ(at(got.body, "$.services.torrent.dht.enabled"), "false");
    EXPECT_EQ(at(got.body, "$.services.cache.backend"), "\"memory\"");
    EXPECT_EQ(at(got.body, "$.services.cache.size"), "0");
    EXPECT_EQ(at(got.body, "$.services.cache.maxSize"), "77");
    EXPECT_EQ(at(got.body, "$.services.cache.diskUsage"), "\"0.00%\"");
    EXPECT_EQ(at(got.body, "$.config.port"), std::to_string(server.at().port));
    EXPECT_EQ(at(got.body, "$.config.timeout"), "60000");
    EXPECT_EQ(at(got.body, "$.config.maxRetries"), "3");
    EXPECT_EQ(at(got.body, "$.config.cacheBackend"), "\"memory\"");
  }
  auto status = server.get("/status", {{"Authorization", "Bearer secret"}});
  EXPECT_EQ(status.status(), 200);
  EXPECT_THAT(at(status.body, "$.data.version"), MatchesRegex("\"[0-9.]+\""));
  EXPECT_GT(std::stol(at(status.body, "$.data.memory.own")), 0);
  EXPECT_NE(at(status.body, "$.data.session.listenPort"), "0");
  EXPECT_EQ(at(status.body, "$.data.addresses[*]"), "") << "it is bound to loopback";
  EXPECT_GT(std::stod(at(status.body, "$.data.mainLoop.longestTurn")), 0);
  EXPECT_THAT(status.body, testing::Not(HasSubstr("secret")));
}

TEST(Routes, Token) {
  support::Swarm swarm(support::make_torrent("film.mkv", 300 * KiB));
  Running server(Environment{{"API_TOKEN", "secret"}});
  support::http::Fields bearer{{"Authorization", "Bearer secret"}};
  auto const& key = swarm.torrent().key;
  auto refused = server.get("/api/torrents");
  expect_failure(refused, 401, "unauthorized");
  EXPECT_THAT(refused["WWW-Authenticate"], HasSubstr("Bearer"));
  expect_failure(server.get("/stream/proxy/" + key), 401, "unauthorized");
  expect_failure(server.post("/api/torrents?token=secret", "{}"), 401, "unauthorized");
  auto added = support::http::ask(server.at(), {.method = "POST",
                                                .target = "/api/torrents",
                                                .fields = bearer,
                                                .body = "{\"magnetUri\":\"" + swarm.magnet() + "\"}"});
  ASSERT_EQ(added.status(), 200) << added.body;
  auto info = server.get("/stream/info/" + key, bearer);
  auto url = at(info.body, "$.data.files[0].streamUrl");
  url = url.substr(1, url.size() - 2);
  EXPECT_THAT(url, HasSubstr("?token="));
  EXPECT_THAT(url, testing::Not(HasSubstr("secret")));
  auto redirect = server.get(url);
  ASSERT_EQ(redirect.status(), 302);
  auto got = server.get(redirect["Location"]);
  EXPECT_EQ(got.status(), 200);
  EXPECT_EQ(got.body, swarm.torrent().files[0].bytes());
  EXPECT_THAT(got["Cache-Control"], HasSubstr("private"));
  auto token = url.substr(url.find('?'));
  expect_failure(server.get("/api/torrents" + token), 401, "unauthorized");
  expect_failure(server.remove("/api/torrents/" + key + token), 401, "unauthorized");
}

}  // namespace
