// SPDX-License-Identifier: LGPL-2.1-or-later
#include "fake.hpp"
#include "pipeline.hpp"

#include <gtest/gtest.h>

namespace tests {
namespace {

using support::MiB;
using support::payload_file;
using swarm::Errc;

struct Case {
  Errc code;
  GstResourceError expected;
};
class Errors : public testing::TestWithParam<Case> {};

TEST_P(Errors, OfAReadAreMappedWithAdvice) {
  Fake fake(payload_file("film.bin", MiB));
  fake.script->fail(swarm::Error(GetParam().code, "What is wrong.", "What to do."));
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  auto const message = pipeline.wait(GST_MESSAGE_ERROR);
  ASSERT_TRUE(message);
  auto const failure = failure_of(message.get());
  EXPECT_EQ(failure.domain, GST_RESOURCE_ERROR);
  EXPECT_EQ(failure.code, GetParam().expected);
  EXPECT_EQ(failure.text, "What is wrong.");
  EXPECT_NE(failure.debug.find("What to do."), std::string::npos);
}

TEST_P(Errors, OfAStartAreMappedToo) {
  Fake fake(payload_file("film.bin", MiB));
  fake.session->refuse(swarm::Error(GetParam().code, "What is wrong.", "What to do."));
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink");
  fake.give_to(pipeline.get());
  EXPECT_EQ(pipeline.set(GST_STATE_PAUSED), GST_STATE_CHANGE_FAILURE);
  auto const message = pipeline.wait(GST_MESSAGE_ERROR);
  ASSERT_TRUE(message);
  EXPECT_EQ(failure_of(message.get()).code, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, Errors,
    testing::Values(
        Case{Errc::bad_input, GST_RESOURCE_ERROR_SETTINGS}, Case{Errc::not_found, GST_RESOURCE_ERROR_NOT_FOUND},
        Case{Errc::metadata_timeout, GST_RESOURCE_ERROR_NOT_FOUND}, Case{Errc::read_timeout, GST_RESOURCE_ERROR_READ},
        Case{Errc::no_space, GST_RESOURCE_ERROR_NO_SPACE_LEFT}, Case{Errc::permission, GST_RESOURCE_ERROR_OPEN_WRITE},
        Case{Errc::in_use, GST_RESOURCE_ERROR_BUSY}, Case{Errc::disk, GST_RESOURCE_ERROR_WRITE},
        Case{Errc::damaged, GST_RESOURCE_ERROR_READ}, Case{Errc::bad_metadata, GST_RESOURCE_ERROR_FAILED},
        Case{Errc::removed, GST_RESOURCE_ERROR_NOT_FOUND}, Case{Errc::stopped, GST_RESOURCE_ERROR_CLOSE}));

TEST(Errors, TheElementCanBeUsedAgain) {
  Fake fake(payload_file("film.bin", MiB), true);
  fake.script->fail(swarm::Error(Errc::read_timeout, "Nobody gave it."), 1000);
  Pipeline pipeline("torrentsrc uri=" + any_magnet() + " ! fakesink sync=false");
  fake.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_FALSE(pipeline.ends());
  EXPECT_NE(pipeline.error(), "");
  pipeline.set(GST_STATE_NULL);
  fake.script->clear_failures();
  pipeline.set(GST_STATE_PLAYING);
  EXPECT_TRUE(pipeline.ends()) << pipeline.error();
}

}  // namespace
}  // namespace tests
