// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/segment_cache.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace {

using hls::SegmentCache;

hls::Content of(std::size_t size) { return std::make_shared<hls::Bytes const>(size); }

TEST(SegmentCache, GivesWhatWasPut) {
  SegmentCache cache(100);
  auto const content = of(10);
  cache.put("a", content);
  EXPECT_EQ(cache.find("a"), content) << "shared, not copied";
  EXPECT_TRUE(cache.has("a"));
  EXPECT_EQ(cache.find("b"), nullptr);
  EXPECT_FALSE(cache.has("b"));
  cache.put("a", of(20));
  EXPECT_EQ(cache.find("a"), content) << "a key names its bytes for ever";
  EXPECT_EQ(cache.bytes(), 10U);
}

TEST(SegmentCache, NeverHoldsMoreThanItsBound) {
  SegmentCache cache(100);
  for (int i = 0; i < 1000; ++i) {
    cache.put(std::to_string(i), of(static_cast<std::size_t>(i) % 41));
    ASSERT_LE(cache.bytes(), 100U);
  }
  EXPECT_TRUE(cache.has("999"));
  cache.put("whole", of(100));
  EXPECT_TRUE(cache.has("whole"));
  EXPECT_EQ(cache.bytes(), 100U);
  cache.put("too large", of(101));
  EXPECT_FALSE(cache.has("too large"));
  EXPECT_TRUE(cache.has("whole")) << "nothing gives way to what can't be kept";
  SegmentCache none(0);
  none.put("a", of(1));
  EXPECT_FALSE(none.has("a"));
}

TEST(SegmentCache, WhatWasUsedLongestAgoGoesFirst) {
  SegmentCache cache(30);
  for (auto const* key : {"a", "b", "c"}) cache.put(key, of(10));
  EXPECT_TRUE(cache.find("a"));
  EXPECT_TRUE(cache.has("b")) << "to ask whether it is there is no use of it";
  cache.put("d", of(10));
  EXPECT_FALSE(cache.has("b"));
  cache.put("e", of(20));
  EXPECT_FALSE(cache.has("c"));
  EXPECT_FALSE(cache.has("a"));
  EXPECT_TRUE(cache.has("d"));
  EXPECT_TRUE(cache.has("e"));
}

TEST(SegmentCache, ForgetsByTheBeginningOfTheKey) {
  SegmentCache cache(100);
  for (auto const* key : {"one/0/a", "one/1/a", "oneself/0/a", "two/one/0"}) cache.put(key, of(10));
  auto const held = cache.find("one/0/a");
  cache.erase("one/");
  EXPECT_FALSE(cache.has("one/0/a"));
  EXPECT_FALSE(cache.has("one/1/a"));
  EXPECT_TRUE(cache.has("oneself/0/a"));
  EXPECT_TRUE(cache.has("two/one/0"));
  EXPECT_EQ(cache.bytes(), 20U);
  EXPECT_EQ(held->size(), 10U) << "who sends it has it still";
  cache.put("one/0/a", of(5));
  EXPECT_EQ(cache.find("one/0/a")->size(), 5U);
}

TEST(SegmentCache, IsForAllThreads) {
  SegmentCache cache(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 2000; ++i) {
        auto const key = std::to_string(i % 50);
        if (auto const found = cache.find(key))
          EXPECT_EQ(found->size(), static_cast<std::size_t>(i % 50));
        else
          cache.put(key, of(static_cast<std::size_t>(i % 50)));
        if (i % 100 == t) cache.erase("1");
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_LE(cache.bytes(), 1000U);
}

}  // namespace
