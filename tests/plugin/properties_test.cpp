// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake.hpp"
#include "pipeline.hpp"
#include "support/eventually.hpp"
#include "support/temp_dir.hpp"

#include <gst/base/gstbasesrc.h>
#include <gtest/gtest.h>

namespace tests {
namespace {

using support::eventually;
using support::MiB;

TEST(Properties, DefaultsAreAsDocumented) {
  auto const source = make_source("");
  gint index, download, upload, peers;
  gint64 ahead;
  guint metadata, piece, blocksize;
  gboolean keep, stats;
  gchar *uri, *name, *path;
  g_object_get(source.get(), "file-index", &index, "download-limit", &download, "upload-limit", &upload, "max-peers",
               &peers, "read-ahead", &ahead, "metadata-timeout", &metadata, "piece-timeout", &piece, "blocksize",
               &blocksize, "keep", &keep, "post-stats", &stats, "uri", &uri, "file-name", &name, "save-path", &path,
               nullptr);
  EXPECT_EQ(index, -1);
  EXPECT_EQ(download, 0);
  EXPECT_EQ(upload, 0);
  EXPECT_EQ(peers, 100);
  EXPECT_EQ(ahead, 32 * MiB);
  EXPECT_EQ(metadata, 60000u);
  EXPECT_EQ(piece, 60000u);
  EXPECT_EQ(blocksize, 65536u);
  EXPECT_FALSE(keep);
  EXPECT_FALSE(stats);
  EXPECT_EQ(uri, nullptr);
  EXPECT_EQ(name, nullptr);
  EXPECT_EQ(path, nullptr);
}

TEST(Properties, EachHasADescription) {
  auto const source = make_source("");
  guint count = 0;
  auto** specs = g_object_class_list_properties(G_OBJECT_GET_CLASS(source.get()), &count);
  int own = 0;
  for (guint i = 0; i < count; ++i) {
    if (specs[i]->owner_type != G_OBJECT_TYPE(source.get())) continue;
    ++own;
    EXPECT_GT(std::string(g_param_spec_get_blurb(specs[i])).size(), 10u) << specs[i]->name;
  }
  g_free(specs);
  EXPECT_EQ(own, 17);
}

TEST(Properties, TrackersAreAnArrayThatGstLaunchCanWrite) {
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() +
                    " trackers=\"<udp://127.0.0.1:1,http://127.0.0.1:2/announce>\" ! fakesink");
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_ARRAY);
  g_object_get_property(G_OBJECT(pipeline["s"].get()), "trackers", &value);
  ASSERT_EQ(gst_value_array_get_size(&value), 2u);
  EXPECT_STREQ(g_value_get_string(gst_value_array_get_value(&value, 1)), "http://127.0.0.1:2/announce");
  g_value_unset(&value);

  Fake fake(support::payload_file("film.mkv", MiB));
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  ASSERT_EQ(fake.session->added().size(), 1u);
  EXPECT_EQ(fake.session->added()[0].trackers.size(), 2u);
}

TEST(Properties, ReachTheReader) {
  Fake fake(support::payload_file("film.mkv", MiB));
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() +
                    " file-index=3 read-ahead=1000000 metadata-timeout=1234 piece-timeout=0 download-limit=5 "
                    "upload-limit=6 keep=true ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  auto asked = fake.torrent->asked();
  EXPECT_EQ(asked.choice, swarm::FileChoice(3));
  EXPECT_EQ(asked.options.read_ahead, 1000000);
  EXPECT_EQ(asked.options.metadata_timeout, std::chrono::milliseconds(1234));
  EXPECT_EQ(asked.options.piece_timeout, std::chrono::milliseconds(0));
  EXPECT_EQ(asked.download_limit, 5);
  EXPECT_EQ(asked.upload_limit, 6);
  EXPECT_EQ(fake.torrent->keep(), swarm::FileChoice(3));

  g_object_set(pipeline["s"].get(), "download-limit", 77, "keep", FALSE, nullptr);
  EXPECT_EQ(fake.torrent->asked().download_limit, 77);
  EXPECT_EQ(fake.torrent->keep(), std::nullopt);
}

// The torrent is still there at the next start: what this element had set it takes back, and nothing else.
TEST(Properties, WhatIsTakenBackIsTakenBackAtTheNextStart) {
  Fake fake(support::payload_file("film.mkv", MiB));
  auto const start = [&](GstElement* source, int limit, bool keep) {
    g_object_set(source, "download-limit", limit, "keep", static_cast<gboolean>(keep), nullptr);
    gst_element_set_state(source, GST_STATE_PAUSED);
    gst_element_set_state(source, GST_STATE_NULL);
  };
  Pipeline one("torrentsrc name=s ! fakesink"), other("torrentsrc name=s ! fakesink");
  for (auto* pipeline : {&one, &other}) {
    fake.give_to(pipeline->get());
    g_object_set((*pipeline)["s"].get(), "uri", any_magnet().c_str(), nullptr);
  }
  start(one["s"].get(), 5, true);
  start(other["s"].get(), 0, false);
  EXPECT_EQ(fake.torrent->asked().download_limit, 5) << "another one's";
  EXPECT_NE(fake.torrent->keep(), std::nullopt);
  start(one["s"].get(), 0, false);
  EXPECT_EQ(fake.torrent->asked().download_limit, 0);
  EXPECT_EQ(fake.torrent->keep(), std::nullopt);
}

TEST(Properties, FileIsChosenByNameThenIndexThenUri) {
  struct {
    char const* properties;
    char const* fragment;
    swarm::FileChoice choice;
  } const cases[] = {
      {"", "", swarm::TheFilm{}},
      {"", "#file=2", 2},
      {"", "#file=a%20film.mkv", std::string("a film.mkv")},
      {"file-index=1", "#file=2", 1},
      {"file-index=0 file-name=b.mkv", "#file=2", std::string("b.mkv")},
      {"", "&so=4", 4},
  };
  for (auto const& c : cases) {
    Fake fake(support::payload_file("film.mkv", MiB));
    Pipeline pipeline("torrentsrc uri=\"" + any_magnet() + c.fragment + "\" " + c.properties + " ! fakesink");
    fake.give_to(pipeline.get());
    pipeline.set(GST_STATE_PAUSED);
    EXPECT_EQ(fake.torrent->asked().choice, c.choice) << c.properties << c.fragment;
  }
}

TEST(Uri, ValidationSaysWhatIsWrong) {
  auto const hash = std::string(40, 'b');
  support::TempDir folder;
  support::write_file(folder / "broken.torrent", "this is no torrent");
  struct {
    std::string uri;
    int code;  // -1: taken
  } const cases[] = {
      {"magnet:?xt=urn:btih:" + hash, -1},
      {"MAGNET:?xt=urn:btih:" + hash, -1},
      {"magnet:?xt=urn:btih:" + hash + "#file=3", -1},
      {"torrent:" + hash, -1},
      {"btih:" + hash, -1},
      {"BTIH:" + hash, -1},
      {"magnet:?", GST_URI_ERROR_BAD_URI},
      {"magnet:?xt=urn:btih:xyz", GST_URI_ERROR_BAD_URI},
      {"magnet:?dn=film", GST_URI_ERROR_BAD_URI},
      {"torrent:", GST_URI_ERROR_BAD_URI},
      {"torrent:123", GST_URI_ERROR_BAD_URI},
      {"btih:nothing", GST_URI_ERROR_BAD_URI},
      {"torrent:///nowhere/at/all.torrent", GST_URI_ERROR_BAD_REFERENCE},
      {"torrent://" + (folder / "broken.torrent"), GST_URI_ERROR_BAD_URI},
      {"torrent://" + folder.str(), -2},
  };
  for (auto const& c : cases) {
    auto const source = make_source("");
    glib::Unique<GError> error;
    bool const taken = gst_uri_handler_set_uri(GST_URI_HANDLER(source.get()), c.uri.c_str(), glib::Out(error));
    EXPECT_EQ(taken, c.code == -1) << c.uri;
    EXPECT_EQ(error == nullptr, taken) << c.uri;
    if (error) {
      EXPECT_EQ(error->domain, GST_URI_ERROR);
      if (c.code >= 0) {
        EXPECT_EQ(error->code, c.code) << c.uri << ": " << error->message;
      }
      EXPECT_GT(std::string(error->message).size(), 20u) << error->message;
    }
    glib::Unique<gchar> uri(gst_uri_handler_get_uri(GST_URI_HANDLER(source.get())));
    EXPECT_EQ(uri != nullptr, taken) << c.uri;
  }
}

TEST(Uri, ElementIsFoundByScheme) {
  for (auto const* uri : {"magnet:?xt=urn:btih:", "torrent:", "btih:"}) {
    glib::Unique<GError> error;
    auto const element = Ref<GstElement>::sink(
        gst_element_make_from_uri(GST_URI_SRC, (uri + std::string(40, 'c')).c_str(), nullptr, glib::Out(error)));
    ASSERT_TRUE(element) << uri << (error ? error->message : "");
    EXPECT_STREQ(GST_OBJECT_NAME(gst_element_get_factory(element.get())), "torrentsrc");
  }
}

TEST(Uri, IsRefusedWhileRunning) {
  Fake fake(support::payload_file("film.mkv", MiB));
  Pipeline pipeline("torrentsrc name=s uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  auto const source = pipeline["s"];
  pipeline.set(GST_STATE_PAUSED);
  glib::Unique<GError> error;
  auto const other = "torrent:" + std::string(40, 'd');
  EXPECT_FALSE(gst_uri_handler_set_uri(GST_URI_HANDLER(source.get()), other.c_str(), glib::Out(error)));
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, GST_URI_ERROR_BAD_STATE);
  pipeline.set(GST_STATE_READY);
  EXPECT_TRUE(gst_uri_handler_set_uri(GST_URI_HANDLER(source.get()), other.c_str(), nullptr));
}

TEST(Uri, AWrongPropertyIsToldAtStart) {
  struct {
    std::string properties;
    char const* word;
  } const cases[] = {{"", "URI"},
                     {"uri=magnet:?xt=urn:btih:zz", "hash"},
                     {"uri=http://127.0.0.1/film", "http"},
                     {"uri=" + any_magnet() + " trackers=\"<nonsense>\"", "nonsense"}};

  for (auto const& c : cases) {
    Pipeline pipeline(std::string("torrentsrc ") + c.properties + " ! fakesink");
    EXPECT_EQ(pipeline.set(GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
    auto const message = pipeline.wait(GST_MESSAGE_ERROR);
    ASSERT_TRUE(message);
    auto const failure = failure_of(message.get());
    EXPECT_EQ(failure.domain, GST_RESOURCE_ERROR);
    EXPECT_EQ(failure.code, GST_RESOURCE_ERROR_SETTINGS);
    EXPECT_NE(failure.text.find(c.word), std::string::npos) << failure.text;
    EXPECT_FALSE(failure.debug.empty());
  }
}

}  // namespace
}  // namespace tests
