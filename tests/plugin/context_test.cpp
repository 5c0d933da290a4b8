// SPDX-License-Identifier: LGPL-2.1-or-later
// Where elements get their session from.
#include "fake.hpp"
#include "pipeline.hpp"

#include <gtest/gtest.h>

namespace tests {
namespace {

using support::MiB;
using support::payload_file;

std::shared_ptr<swarm::Session> session_in(GstContext* context) {
  auto object = Ref<GstTorrentSession>::adopt(gst_torrent_session_from_context(context));
  return object ? context::unwrap(object.get()) : nullptr;
}

TEST(Context, CarriesASession) {
  Fake fake(payload_file("film.bin", MiB));
  EXPECT_TRUE(gst_context_is_persistent(fake.context.get()));
  EXPECT_TRUE(gst_context_has_context_type(fake.context.get(), "gst.torrent.session"));
  EXPECT_EQ(session_in(fake.context.get()), fake.session);
  auto const other = Ref<GstContext>::adopt(gst_context_new("gst.other", TRUE));
  EXPECT_EQ(gst_torrent_session_from_context(other.get()), nullptr);
  auto const empty = Ref<GstContext>::adopt(gst_context_new(GST_TORRENT_SESSION_CONTEXT_TYPE, TRUE));
  EXPECT_EQ(gst_torrent_session_from_context(empty.get()), nullptr);
}

TEST(Context, TheApplicationAnswersNeedContext) {
  Fake fake(payload_file("film.bin", MiB), true);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  gst_bus_set_sync_handler(
      pipeline.bus(),
      [](GstBus*, GstMessage* message, gpointer data) {
        gchar const* type = nullptr;
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_NEED_CONTEXT && gst_message_parse_context_type(message, &type) &&
            std::string(type) == GST_TORRENT_SESSION_CONTEXT_TYPE)
          gst_element_set_context(GST_ELEMENT(GST_MESSAGE_SRC(message)), static_cast<Fake*>(data)->context.get());
        return GST_BUS_PASS;
      },
      &fake, nullptr);
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
  EXPECT_EQ(fake.session->added().size(), 1u);
}

TEST(Context, APipelinesContextReachesAllItsSources) {
  Fake fake(payload_file("film.bin", MiB), true);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false torrentsrc uri=" + any_magnet() +
                    " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
  EXPECT_EQ(fake.session->added().size(), 2u);
  for (auto const& message : pipeline.drain())
    EXPECT_NE(GST_MESSAGE_TYPE(message.get()), GST_MESSAGE_HAVE_CONTEXT) << "it was the application's";
}

TEST(Context, ElementsAnswerTheQuery) {
  Fake fake(payload_file("film.bin", MiB));
  auto const source = make_source();
  fake.give_to(source.get());
  Puller puller(source.get());
  auto const query = Ref<GstQuery>::adopt(gst_query_new_context(GST_TORRENT_SESSION_CONTEXT_TYPE));
  ASSERT_TRUE(gst_pad_query(puller.pad(), query.get()));
  GstContext* context = nullptr;
  gst_query_parse_context(query.get(), &context);
  ASSERT_TRUE(context);
  EXPECT_EQ(session_in(context), fake.session);
  auto const other = Ref<GstQuery>::adopt(gst_query_new_context("gst.other"));
  EXPECT_FALSE(gst_pad_query(puller.pad(), other.get()));
}

TEST(Context, WithoutOneElementsShareASessionOfTheirOwn) {
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink torrentsrc uri=" + any_magnet() + " ! fakesink");
  pipeline.set(GST_STATE_PAUSED);
  auto const need = pipeline.wait(GST_MESSAGE_NEED_CONTEXT);
  EXPECT_TRUE(need);
  auto const have = pipeline.wait(GST_MESSAGE_HAVE_CONTEXT);
  ASSERT_TRUE(have);
  GstContext* raw = nullptr;
  gst_message_parse_have_context(have.get(), &raw);
  auto const context = Ref<GstContext>::adopt(raw);
  EXPECT_FALSE(gst_context_is_persistent(context.get())) << "a pipeline at NULL must not hold the session";
  auto const session = session_in(context.get());
  ASSERT_TRUE(session);
  EXPECT_EQ(session->torrents().size(), 1u);
  Pipeline second("torrentsrc name=s uri=" + any_magnet() + " ! fakesink");
  second.set(GST_STATE_PAUSED);
  auto const held =
      Ref<GstContext>::adopt(gst_element_get_context(second["s"].get(), GST_TORRENT_SESSION_CONTEXT_TYPE));
  ASSERT_TRUE(held);
  EXPECT_EQ(session_in(held.get()), session) << "one per process";
  second.set(GST_STATE_NULL);
  EXPECT_EQ(gst_element_get_context(second["s"].get(), GST_TORRENT_SESSION_CONTEXT_TYPE), nullptr);
}

}  // namespace
}  // namespace tests
