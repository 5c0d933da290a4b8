// SPDX-License-Identifier: LGPL-2.1-or-later
#include "support/child.hpp"

#include "support/eventually.hpp"
#include "support/loopback.hpp"
#include "support/temp_dir.hpp"

#include <cerrno>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <map>
#include <mutex>
#include <poll.h>
#include <regex>
#include <spawn.h>
#include <sstream>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

extern char** environ;

namespace support {
namespace {

using Clock = std::chrono::steady_clock;

void check(int error, std::string const& what) {
  if (error) throw std::system_error(error, std::generic_category(), what);
}

std::pair<Fd, Fd> make_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) check(errno, "pipe");
  return {Fd(ends[0]), Fd(ends[1])};
}

/// Closed at exec in the child but for its own numbers; what is inherited would keep pipes of others open.
struct Actions {
  posix_spawn_file_actions_t value;
  Actions() { posix_spawn_file_actions_init(&value); }
  ~Actions() { posix_spawn_file_actions_destroy(&value); }
};
struct Attributes {
  posix_spawnattr_t value;
  Attributes() { posix_spawnattr_init(&value); }
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

std::vector<std::string> environment_of(ChildOptions const& options) {
  std::map<std::string, std::string> all;
  for (char** entry = environ; *entry; ++entry) {
    std::string text = *entry;
    auto const equals = text.find('=');
    if (equals != std::string::npos) all[text.substr(0, equals)] = text.substr(equals + 1);
  }
  for (auto const& [name, value] : options.environment) {
    if (value)
      all[name] = *value;
    else
      all.erase(name);
  }
  std::vector<std::string> result;
  for (auto const& [name, value] : all) result.push_back(name + "=" + value);
  return result;
}

/// Programs of GStreamer load our plugin; if it was built with a sanitizer (tests/run.sh says so), its runtime must
/// come first in a program that has none. What those programs leak themselves is not our concern.
void preload_sanitizer(std::string const& program, ChildOptions& options) {
  char const* runtime = std::getenv("GST_TORRENT_PRELOAD");
  auto const name = program.substr(program.rfind('/') + 1);
  if (!runtime || !name.starts_with("gst-")) return;
  if (name.starts_with("gst-torrent")) {  // it has it; GStreamer's scanner, which it would start, has not
    options.environment.emplace_back("GST_REGISTRY_FORK", "no");
    return;
  }
  options.environment.emplace_back("LD_PRELOAD", runtime);
  options.environment.emplace_back("ASAN_OPTIONS", "detect_leaks=0");
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// One stream of output.
struct Output {
  std::string text;
  std::size_t seen = 0;  ///< where the next wait_for_line starts
  bool ended = false;
};

std::string proc_file(pid_t pid, char const* name) { return "/proc/" + std::to_string(pid) + "/" + name; }

long proc_field(pid_t pid, std::string const& name) {
  std::istringstream lines(read_file(proc_file(pid, "status")));
  for (std::string line; std::getline(lines, line);)
    if (line.rfind(name + ":", 0) == 0) return std::atol(line.c_str() + name.size() + 1);
  return -1;
}

}  // namespace

struct Child::State {
  pid_t pid = 0;
  bool group = false;
  std::mutex mutex;
  std::condition_variable changed;
  Output outputs[2];
  std::optional<Exit> exit;
  Fd quit;  ///< closing it ends the reading thread
  std::thread reading;

  /// Reads both streams until both end. A grandchild may hold them open for ever; `quit` ends it then.
  void read(Fd out, Fd err, Fd input, std::string text, Fd quitted) {
    Fd* streams[] = {&out, &err};
    std::size_t written = 0;
    while (out || err) {
      pollfd polled[] = {
          {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {quitted.get(), POLLIN, 0}, {input.get(), POLLOUT, 0}};
      if (poll(polled, 4, -1) < 0 && errno != EINTR) break;
      if (polled[2].revents) break;
      if (polled[3].revents) {
        auto const n = ::write(input.get(), text.data() + written, text.size() - written);
        if (n > 0) written += static_cast<std::size_t>(n);
        if (n <= 0 || written == text.size()) input.reset();
      }
      for (int i = 0; i < 2; ++i) {
        if (!polled[i].revents) continue;
        char buffer[65536];
        auto const n = ::read(streams[i]->get(), buffer, sizeof buffer);
        if (n < 0 && errno == EINTR) continue;
        std::lock_guard lock(mutex);
        if (n > 0) {
          outputs[i].text.append(buffer, static_cast<std::size_t>(n));
        } else {
          streams[i]->reset();
          outputs[i].ended = true;
        }
        changed.notify_all();
      }
    }
    std::lock_guard lock(mutex);
    for (auto& output : outputs) output.ended = true;
    changed.notify_all();
  }

  std::optional<std::vector<std::string>> wait_for(Output& output, std::string const& pattern,
                                                   std::chrono::milliseconds timeout) {
    std::regex const regex(pattern);
    auto const deadline = Clock::now() + timeout;
    std::unique_lock lock(mutex);
    while (true) {
      while (true) {
        auto end = output.text.find('\n', output.seen);
        if (end == std::string::npos && output.ended && output.seen < output.text.size()) end = output.text.size();
        if (end == std::string::npos) break;
        auto const line = output.text.substr(output.seen, end - output.seen);
        output.seen = std::min(end + 1, output.text.size());
        if (std::smatch match; std::regex_search(line, match, regex)) return {{match.begin(), match.end()}};
      }
      if (output.ended || Clock::now() >= deadline) return std::nullopt;
      changed.wait_until(lock, deadline);
    }
  }

  /// Holding the mutex: once reaped, the number may belong to someone else.
  bool reap() {
    if (exit) return true;
    int status = 0;
    pid_t const ended = waitpid(pid, &status, WNOHANG);
    if (ended == 0 || (ended < 0 && errno == EINTR)) return false;
    exit = Exit{};
    if (ended == pid && WIFEXITED(status)) exit->code = WEXITSTATUS(status);
    if (ended == pid && WIFSIGNALED(status)) exit->signal = WTERMSIG(status);
    return true;
  }
};

Child::Child(std::vector<std::string> command, ChildOptions options) : state_(std::make_unique<State>()) {
  auto [out_read, out_write] = make_pipe();
  auto [err_read, err_write] = make_pipe();
  auto [in_read, in_write] = make_pipe();
  auto [quit_read, quit_write] = make_pipe();

  Actions actions;
  posix_spawn_file_actions_adddup2(&actions.value, in_read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions.value, out_write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions.value, err_write.get(), 2);
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions.value, options.folder.c_str());
  Attributes attributes;
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes.value, &none);
  posix_spawnattr_setsigdefault(&attributes.value, &defaults);
  short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (options.group) flags |= POSIX_SPAWN_SETPGROUP;
  posix_spawnattr_setflags(&attributes.value, flags);

  preload_sanitizer(command.at(0), options);
  auto environment = environment_of(options);
  auto const arguments = pointers(command);
  auto const variables = pointers(environment);
  check(posix_spawnp(&state_->pid, command[0].c_str(), &actions.value, &attributes.value, arguments.data(),
                     variables.data()),
        "can't start " + command[0]);
  state_->group = options.group;
  state_->quit = std::move(quit_write);
  if (options.input.empty()) in_write.reset();
  if (in_write) fcntl(in_write.get(), F_SETFL, O_NONBLOCK);
  state_->reading =
      std::thread([state = state_.get(), out = std::move(out_read), err = std::move(err_read), in = std::move(in_write),
                   text = std::move(options.input), quit = std::move(quit_read)]() mutable {
        // A child that does not read its stdin must not end the test.
        sigset_t pipe;
        sigemptyset(&pipe);
        sigaddset(&pipe, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
        state->read(std::move(out), std::move(err), std::move(in), std::move(text), std::move(quit));
      });
}

Child::Child(Child&&) noexcept = default;

Child& Child::operator=(Child&& other) noexcept {
  Child ending(std::move(*this));
  state_ = std::move(other.state_);
  return *this;
}

Child::~Child() {
  if (!state_) return;
  stop();
  state_->quit.reset();
  state_->reading.join();
}

pid_t Child::pid() const { return state_->pid; }

std::optional<std::vector<std::string>> Child::wait_for_line(std::string const& regex,
                                                             std::chrono::milliseconds timeout) {
  return state_->wait_for(state_->outputs[0], regex, timeout);
}

std::optional<std::vector<std::string>> Child::wait_for_error_line(std::string const& regex,
                                                                   std::chrono::milliseconds timeout) {
  return state_->wait_for(state_->outputs[1], regex, timeout);
}

std::string Child::out() const {
  std::lock_guard lock(state_->mutex);
  return state_->outputs[0].text;
}

std::string Child::err() const {
  std::lock_guard lock(state_->mutex);
  return state_->outputs[1].text;
}

void Child::signal(int number) {
  std::lock_guard lock(state_->mutex);
  if (!state_->exit) ::kill(state_->group ? -state_->pid : state_->pid, number);
}

bool Child::running() {
  std::lock_guard lock(state_->mutex);
  return !state_->reap();
}

std::optional<Child::Exit> Child::wait(std::chrono::milliseconds timeout) {
  if (!eventually([&] { return !running(); }, timeout)) return std::nullopt;
  std::unique_lock lock(state_->mutex);
  // What it wrote is in the pipes; but a grandchild may hold them open.
  state_->changed.wait_for(lock, 1s, [&] { return state_->outputs[0].ended && state_->outputs[1].ended; });
  return state_->exit;
}

Child::Exit Child::stop(std::chrono::milliseconds grace) {
  signal(SIGTERM);
  if (auto const exit = wait(grace)) return *exit;
  kill();
  return wait(10s).value_or(Exit{});
}

int Child::open_files() const {
  std::filesystem::directory_iterator const fds(proc_file(pid(), "fd"));
  return static_cast<int>(std::distance(begin(fds), end(fds)));
}

int Child::threads() const { return static_cast<int>(proc_field(pid(), "Threads")); }

long Child::anonymous_memory() const { return proc_field(pid(), "RssAnon") * 1024; }

Ran run(std::vector<std::string> command, ChildOptions options, std::chrono::milliseconds timeout) {
  Child child(std::move(command), std::move(options));
  auto exit = child.wait(timeout);
  if (!exit) exit = child.stop(0ms);
  return {*exit, child.out(), child.err()};
}

std::string find_program(std::string const& name) {
  char const* path = std::getenv("PATH");
  std::istringstream folders(path ? path : "/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    auto const candidate = folder + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return {};
}

}  // namespace support
