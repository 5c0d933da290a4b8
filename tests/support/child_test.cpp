// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/child.hpp"

#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <filesystem>

using namespace std::chrono_literals;

namespace support {
namespace {

TEST(Child, TellsItsOutputLineByLine) {
  Child child({"sh", "-c", "echo one; echo port=71; echo oops >&2; exit 3"});
  auto const match = child.wait_for_line("^port=(\\d+)$");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)[1], "71");
  EXPECT_TRUE(child.wait_for_error_line("oops"));
  EXPECT_FALSE(child.wait_for_line("port")) << "the line was used up and the output ends";
  auto const exit = child.wait();
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 3);
  EXPECT_EQ(child.out(), "one\nport=71\n");
}

TEST(Child, GetsEnvironmentFolderAndInput) {
  TempDir dir;
  auto const ran =
      run({"sh", "-c", "echo $GREETING $HOME; pwd; cat"},
          {.environment = {{"GREETING", "hello"}, {"HOME", std::nullopt}}, .folder = dir.str(), .input = "typed"});
  EXPECT_TRUE(ran.ok()) << ran.err;
  EXPECT_EQ(ran.out, "hello\n" + std::filesystem::canonical(dir.path()).string() + "\ntyped");
}

TEST(Child, EndsWithItsOwner) {
  pid_t pid = 0;
  {
    Child child({"sleep", "1000"});
    pid = child.pid();
    EXPECT_TRUE(child.running());
    EXPECT_FALSE(child.wait(10ms));
    EXPECT_GT(child.open_files(), 2);
    EXPECT_EQ(child.threads(), 1);
  }
  EXPECT_NE(::kill(pid, 0), 0);
}

TEST(Child, IsKilledIfItDoesNotObey) {
  Child child({"sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"}, {.group = true});
  ASSERT_TRUE(child.wait_for_line("ready"));
  EXPECT_EQ(child.stop(50ms).signal, SIGKILL);
}

TEST(Child, SaysWhatCannotBeStarted) {
  EXPECT_THROW(Child({"no-such-program-at-all"}), std::system_error);
  EXPECT_EQ(find_program("no-such-program-at-all"), "");
  EXPECT_NE(find_program("sh"), "");
}

TEST(TempDir, IsRemovedWithAllItHolds) {
  std::string path;
  {
    TempDir dir;
    path = dir.str();
    write_file(dir / "a/b/c", "text");
    EXPECT_EQ(read_file(dir / "a/b/c"), "text");
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace support
