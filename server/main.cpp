// SPDX-License-Identifier: LGPL-2.1-or-later
#include "config.hpp"
#include "log.hpp"
#include "server.hpp"
#include "swarm/error.hpp"

#include <glib-unix.h>
#include <glib.h>

#include <clocale>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <unistd.h>

namespace {

constexpr int failed = 1, wrong_setting = 2;
constexpr unsigned stop_seconds = 3;
constexpr unsigned memory_seconds = 10;  // a few ms each time, at most

int complain(std::string const& what, int status) {
  std::fprintf(stderr, "gst-torrent-server: %s\n", what.c_str());
  return status;
}

gboolean quit(gpointer loop) {
  g_main_loop_quit(static_cast<GMainLoop*>(loop));
  return G_SOURCE_CONTINUE;
}

gboolean reload(gpointer server) {
  static_cast<Server*>(server)->reload_certificate();
  return G_SOURCE_CONTINUE;
}

gboolean stay(gpointer) {
  g_message("There is no certificate to be read again");
  return G_SOURCE_CONTINUE;
}

/// Whatever hangs (a disk that does not answer …), the process ends in time; all that is verified is in the journals.
void end_in_time() {
  std::signal(SIGALRM, [](int) { _exit(failed); });
  alarm(stop_seconds);
}

/// glibc gives back only what is free at the heap's top. Blocks on their way, and little things that stay between them,
/// leave ever more holes: in ten minutes 29 MB became 40, of which 5 to 13 were in use all the time.
gboolean give_memory_back(gpointer) {
  malloc_trim(0);
  return G_SOURCE_CONTINUE;
}

int run(Config const& config) {
  std::unique_ptr<GMainLoop, void (*)(GMainLoop*)> loop(g_main_loop_new(nullptr, FALSE), g_main_loop_unref);
  auto server = std::make_unique<Server>(config);
  g_timeout_add_seconds_full(G_PRIORITY_LOW, memory_seconds, give_memory_back, nullptr, nullptr);
  for (int signal : {SIGTERM, SIGINT}) g_unix_signal_add(signal, quit, loop.get());
  // `systemctl reload` is no stop, but a terminal that is closed is one.
  if (!config.tls_cert.empty())
    g_unix_signal_add(SIGHUP, reload, server.get());
  else
    g_unix_signal_add(SIGHUP, isatty(STDIN_FILENO) ? quit : stay, loop.get());
  std::printf("gst-torrent-server listening on %s\n", server->url().c_str());
  std::fflush(stdout);
  g_main_loop_run(loop.get());
  g_info("Stopping");
  end_in_time();
  server.reset();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::setlocale(LC_CTYPE, "");
  std::signal(SIGPIPE, SIG_IGN);
  unsetenv("SOUP_SERVER_HTTP2");  // an experiment of libsoup's; nothing here was made for it
  // One heap for each of some twenty threads, most of them idle, keeps what all of them needed once: 57 MB instead
  // of 34.
  mallopt(M_ARENA_MAX, 2);
  try {
    auto line = read_command_line(argc, argv);
    if (!line.answer.empty()) {
      std::fputs(line.answer.c_str(), stdout);
      return 0;
    }
    start_log(line.config.log_level);
    return run(line.config);
  } catch (ConfigError const& error) {
    return complain(error.what(), wrong_setting);
  } catch (swarm::Error const& error) {
    return complain(error.what() + (error.advice().empty() ? "" : " " + error.advice()),
                    error.code() == swarm::Errc::bad_input ? wrong_setting : failed);
  } catch (std::exception const& error) {
    return complain(error.what(), failed);
  }
}
