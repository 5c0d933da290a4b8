// SPDX-License-Identifier: LGPL-2.1-or-later
// gst-torrent: the engine on the command line.
#include "cli/command.hpp"
#include "cli/text.hpp"
#include "config.hpp"
#include "swarm/error.hpp"

#include <clocale>
#include <csignal>
#include <cstdio>
#include <thread>
#include <unistd.h>

namespace cli {
namespace {

Command const* const commands[] = {&find, &info, &get, &play, &magnet, &check};

std::string usage() {
  std::string text = "Usage: gst-torrent COMMAND [OPTION…] …\n\n";
  for (auto const* command : commands) {
    auto const line = std::string(command->name) + " " + command->arguments;
    text += "  " + line + std::string(line.size() < 30 ? 30 - line.size() : 1, ' ') + command->summary + "\n";
  }
  return text +
         "\nA TORRENT is a magnet link, an info hash or a .torrent file; #file=INDEX or #file=PATH at its end chooses "
         "a file.\n"
         "gst-torrent COMMAND --help tells more. Settings of the swarm come from the environment as the server's do\n"
         "(TORRENT_LISTEN, TORRENT_TRACKERS, TORRENT_DHT …; gst-torrent-server --help).\n"
         "Exit status: 0 done, 1 failed, 2 wrong use, 3 no peer gave it in time, or nothing was found, 130 "
         "interrupted.\n";
}

/// Signals are waited for by a thread of their own: whatever has to be done then may be done there.
class Interruption {
 public:
  Interruption() {
    sigemptyset(&signals_);
    for (int const signal : {SIGINT, SIGTERM, SIGUSR1}) sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, nullptr);  // inherited by all threads
    thread_ = std::jthread([this] {
      for (int signal = 0; sigwait(&signals_, &signal) == 0 && signal != SIGUSR1;)
        if (!stop_.request_stop()) _exit(interrupted);  // asked twice: something doesn't hear
    });
  }
  ~Interruption() { pthread_kill(thread_.native_handle(), SIGUSR1); }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  sigset_t signals_{};
  std::stop_source stop_;
  std::jthread thread_;
};

int exit_of(swarm::Errc code) {
  switch (code) {
    case swarm::Errc::bad_input:
    case swarm::Errc::not_found:
      return wrong_use;
    case swarm::Errc::metadata_timeout:
    case swarm::Errc::read_timeout:
      return nobody;
    default:
      return failed;
  }
}

int complain(std::string const& what, int status) {
  std::fprintf(stderr, "gst-torrent: %s\n", plain(what).c_str());
  return status;
}

int run(std::vector<std::string> arguments) {
  auto const name = arguments.size() > 1 ? arguments[1] : "";
  if (name == "--version") return std::puts("gst-torrent " GST_TORRENT_VERSION), done;
  if (name == "--help" || name == "-h" || name == "help") return std::fputs(usage().c_str(), stdout), done;
  for (auto const* command : commands) {
    if (name != command->name) continue;
    Interruption const interruption;
    try {
      arguments.erase(arguments.begin());
      auto const status = command->run(std::move(arguments), interruption.token());
      return interruption.token().stop_requested() ? interrupted : status;
    } catch (Usage const& wrong) {
      return complain(std::string(wrong.what()) + " (gst-torrent " + name + " --help tells more.)", wrong_use);
    } catch (ConfigError const& wrong) {
      return complain(wrong.what(), wrong_use);
    } catch (swarm::Error const& error) {
      return complain(error.what() + (error.advice().empty() ? "" : " " + error.advice()), exit_of(error.code()));
    } catch (std::exception const& error) {
      return complain(error.what(), failed);
    }
  }
  if (!name.empty()) std::fprintf(stderr, "gst-torrent: there is no command \"%s\".\n\n", name.c_str());
  return std::fputs(usage().c_str(), stderr), wrong_use;
}

}  // namespace

std::vector<std::string> parse(Command const& command, std::vector<std::string> arguments, GOptionEntry const* entries,
                               char const* description) {
  auto const name = "gst-torrent " + std::string(command.name);
  arguments.front() = name;
  g_autoptr(GOptionContext) context = g_option_context_new(command.arguments);
  g_option_context_set_summary(context, command.summary);
  g_option_context_set_description(context, description);
  g_option_context_add_main_entries(context, entries, nullptr);
  std::vector<char*> pointers;
  for (auto& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  int count = static_cast<int>(arguments.size());
  char** values = pointers.data();
  g_autoptr(GError) error = nullptr;
  if (!g_option_context_parse(context, &count, &values, &error)) throw Usage(std::string(error->message) + ".");
  return {values + 1, values + count};
}

}  // namespace cli

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  std::signal(SIGPIPE, SIG_IGN);
  return cli::run({argv, argv + argc});
}
