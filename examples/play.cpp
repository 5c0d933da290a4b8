// SPDX-License-Identifier: LGPL-2.1-or-later
// A small player around torrentsrc: a session of its own, shared by all it plays; what it waits for, in words; pause
// while bytes are missing. Needs gstreamer-1.0 and gst-torrent-context.
//
//   play "magnet:?xt=urn:btih:…" ["magnet:?…" …]
//   play --download-path=/var/films --no-output "torrent:///home/me/film.torrent#file=film.mkv"
#include <glib-unix.h>
#include <gst/gst.h>

#include <context/gsttorrentsession.h>
#include <csignal>
#include <cstdlib>

namespace {

struct Player {
  GMainLoop* loop = nullptr;
  GstElement* playbin = nullptr;
  gboolean buffering = FALSE;
  int result = EXIT_SUCCESS;
};

void on_error(Player& player, GstMessage* message) {
  g_autoptr(GError) error = nullptr;
  g_autofree gchar* advice = nullptr;
  gst_message_parse_error(message, &error, &advice);
  // torrentsrc says what is wrong in the message and what to do in the debug text.
  g_printerr("Error: %s\n%s\n", error->message, advice ? advice : "");
  player.result = EXIT_FAILURE;
  g_main_loop_quit(player.loop);
}

/// torrentsrc is its own download buffer: below 100 the film has to wait, at 100 it goes on.
void on_buffering(Player& player, GstMessage* message) {
  gint percent = 0;
  gst_message_parse_buffering(message, &percent);
  g_print("Buffering %d %%\n", percent);
  gboolean const buffering = percent < 100;
  if (buffering != player.buffering)
    gst_element_set_state(player.playbin, buffering ? GST_STATE_PAUSED : GST_STATE_PLAYING);
  player.buffering = buffering;
}

void on_progress(GstMessage* message) {
  GstProgressType type;
  g_autofree gchar* code = nullptr;
  g_autofree gchar* text = nullptr;
  gst_message_parse_progress(message, &type, &code, &text);
  g_print("[%s] %s\n", code, text);
}

void on_element(GstMessage* message) {
  if (!gst_message_has_name(message, "torrent-metadata")) return;
  auto const* metadata = gst_message_get_structure(message);
  g_print("Torrent: %s\n", gst_structure_get_string(metadata, "name"));
  auto const* files = gst_structure_get_value(metadata, "files");
  for (guint i = 0; i < gst_value_array_get_size(files); ++i) {
    auto const* file = gst_value_get_structure(gst_value_array_get_value(files, i));
    gint index = 0;
    gint64 size = 0;
    gst_structure_get(file, "index", G_TYPE_INT, &index, "size", G_TYPE_INT64, &size, nullptr);
    g_print("  %d  %s  %" G_GINT64_FORMAT " bytes\n", index, gst_structure_get_string(file, "path"), size);
  }
}

gboolean on_message(GstBus*, GstMessage* message, gpointer data) {
  auto& player = *static_cast<Player*>(data);
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      on_error(player, message);
      break;
    case GST_MESSAGE_EOS:
      g_main_loop_quit(player.loop);
      break;
    case GST_MESSAGE_BUFFERING:
      on_buffering(player, message);
      break;
    case GST_MESSAGE_PROGRESS:
      on_progress(message);
      break;
    case GST_MESSAGE_ELEMENT:
      on_element(message);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

gboolean on_interrupt(gpointer data) {
  g_main_loop_quit(static_cast<Player*>(data)->loop);
  return G_SOURCE_CONTINUE;
}

/// Plays one to its end; false to stop.
bool play(Player& player, GstContext* context, gchar const* uri, gboolean output) {
  player.playbin = gst_element_factory_make("playbin3", nullptr);
  if (!player.playbin) return g_printerr("playbin3 is missing: install gst-plugins-base.\n"), false;
  // Every element in it that asks for a session gets ours; without one torrentsrc starts its own.
  if (context) gst_element_set_context(player.playbin, context);
  g_object_set(player.playbin, "uri", uri, nullptr);
  if (!output)
    g_object_set(player.playbin, "video-sink", gst_element_factory_make("fakesink", nullptr), "audio-sink",
                 gst_element_factory_make("fakesink", nullptr), nullptr);

  g_autoptr(GstBus) bus = gst_element_get_bus(player.playbin);
  gst_bus_add_watch(bus, on_message, &player);
  gst_element_set_state(player.playbin, GST_STATE_PLAYING);
  g_main_loop_run(player.loop);
  gst_element_set_state(player.playbin, GST_STATE_NULL);
  gst_bus_remove_watch(bus);
  gst_clear_object(&player.playbin);
  return player.result == EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  g_autofree gchar* download_path = nullptr;
  gboolean no_output = FALSE;
  GOptionEntry const entries[] = {
      {"download-path", 'd', 0, G_OPTION_ARG_FILENAME, &download_path, "Folder to keep downloads in", "FOLDER"},
      {"no-output", 'n', 0, G_OPTION_ARG_NONE, &no_output, "Play without picture and sound", nullptr},
      {nullptr, 0, 0, G_OPTION_ARG_NONE, nullptr, nullptr, nullptr}};
  g_autoptr(GOptionContext) options = g_option_context_new("URI… - play films out of BitTorrent swarms");
  g_option_context_add_main_entries(options, entries, nullptr);
  g_option_context_add_group(options, gst_init_get_option_group());
  g_autoptr(GError) error = nullptr;
  if (!g_option_context_parse(options, &argc, &argv, &error) || argc < 2) {
    g_printerr("%s\n", error ? error->message
                             : "Give the URI of a torrent: magnet:?…, torrent:<info hash> or "
                               "torrent:///path/of/a.torrent");
    return EXIT_FAILURE;
  }

  g_autoptr(GstTorrentSession) session = nullptr;
  g_autoptr(GstContext) context = nullptr;
  if (download_path) {
    g_autofree gchar* state_path = g_build_filename(download_path, ".gst-torrent", nullptr);
    session = gst_torrent_session_new(download_path, state_path, &error);
    if (!session) return g_printerr("%s\n", error->message), EXIT_FAILURE;
    context = gst_torrent_session_new_context(session);
  }

  Player player;
  player.loop = g_main_loop_new(nullptr, FALSE);
  g_unix_signal_add(SIGINT, on_interrupt, &player);
  for (int i = 1; i < argc; ++i)
    if (!play(player, context, argv[i], !no_output)) break;
  g_main_loop_unref(player.loop);
  return player.result;
}
