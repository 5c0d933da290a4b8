// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <chrono>
#include <csignal>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace support {

struct ChildOptions {
  /// Variables set on top of this process's environment; nullopt unsets.
  std::vector<std::pair<std::string, std::optional<std::string>>> environment;
  std::string folder;  ///< to run in; empty = this process's
  std::string input;   ///< given on its stdin, which then ends
  /// A process group of its own: signals then reach what it started, too (for scripts).
  bool group = false;
};

/// A process started by a test: found in $PATH, its output kept line by line, ended and reaped at the latest by the
/// destructor (SIGTERM, after 3 s SIGKILL). Thread-safe.
class Child {
 public:
  /// How it ended.
  struct Exit {
    int code = -1;   ///< exit status; -1 if a signal ended it
    int signal = 0;  ///< that signal
    [[nodiscard]] bool ok() const { return code == 0; }
  };

  /// Throws std::system_error if it can't be started.
  explicit Child(std::vector<std::string> command, ChildOptions options = {});
  Child(Child&&) noexcept;
  Child& operator=(Child&&) noexcept;
  ~Child();

  [[nodiscard]] pid_t pid() const;

  /// First line of stdout (stderr) that the regular expression (ECMAScript) is found in, at or after the line after
  /// the last match of this call; nullopt when the time is over or the output ended. The groups of the match.
  std::optional<std::vector<std::string>> wait_for_line(std::string const& regex,
                                                        std::chrono::milliseconds timeout = std::chrono::seconds(10));
  std::optional<std::vector<std::string>> wait_for_error_line(
      std::string const& regex, std::chrono::milliseconds timeout = std::chrono::seconds(10));

  /// All that came so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

  /// Sends a signal to it (to its group); nothing if it was reaped already.
  void signal(int number);
  void kill() { signal(SIGKILL); }
  /// Its end with all output read, or nullopt if it runs on when the time is over.
  std::optional<Exit> wait(std::chrono::milliseconds timeout = std::chrono::seconds(30));
  /// SIGTERM, wait; SIGKILL if that took too long (then Exit::signal is 9).
  Exit stop(std::chrono::milliseconds grace = std::chrono::seconds(3));
  [[nodiscard]] bool running();

  /// Open file descriptors and threads now, own anonymous memory in bytes (from /proc).
  [[nodiscard]] int open_files() const;
  [[nodiscard]] int threads() const;
  [[nodiscard]] long anonymous_memory() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Runs to the end; out() and err() are in the result. Killed (Exit::signal 9) when the time is over.
struct Ran {
  Child::Exit exit;
  std::string out;
  std::string err;
  [[nodiscard]] bool ok() const { return exit.ok(); }
};
Ran run(std::vector<std::string> command, ChildOptions options = {},
        std::chrono::milliseconds timeout = std::chrono::seconds(60));

/// Path of a program in $PATH; empty if there is none.
std::string find_program(std::string const& name);

}  // namespace support
