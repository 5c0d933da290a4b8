// SPDX-License-Identifier: LGPL-2.1-or-later
// What the rows of the route table call; one file per resource. All run on the loop's thread.
#pragma once

namespace http {
class Exchange;
}

namespace api {

struct App;

void add_torrent(App& app, http::Exchange& exchange);    // add.cpp
void list_torrents(App& app, http::Exchange& exchange);  // torrents.cpp
void show_torrent(App& app, http::Exchange& exchange);
void list_files(App& app, http::Exchange& exchange);
void show_pieces(App& app, http::Exchange& exchange);     // pieces.cpp
void change_torrent(App& app, http::Exchange& exchange);  // patch.cpp
void remove_torrent(App& app, http::Exchange& exchange);  // remove.cpp
void stream(App& app, http::Exchange& exchange);          // stream.cpp
void stream_file(App& app, http::Exchange& exchange);     // stream_file.cpp
void stream_info(App& app, http::Exchange& exchange);
void stream_magnet(App& app, http::Exchange& exchange);  // stream_magnet.cpp
void playlist(App& app, http::Exchange& exchange);       // playlist.cpp
void prepare(App& app, http::Exchange& exchange);        // prepare.cpp
void job_status(App& app, http::Exchange& exchange);
void job_ready(App& app, http::Exchange& exchange);
void cache_stats(App& app, http::Exchange& exchange);  // cache.cpp
void cache_config(App& app, http::Exchange& exchange);
void change_cache(App& app, http::Exchange& exchange);
void hls_master(App& app, http::Exchange& exchange);  // hls.cpp
void hls_facts(App& app, http::Exchange& exchange);   // hls_facts.cpp
void hls_media(App& app, http::Exchange& exchange);
void hls_item(App& app, http::Exchange& exchange);
void picture(App& app, http::Exchange& exchange);          // pictures.cpp
void health(App& app, http::Exchange& exchange);           // health.cpp
void status(App& app, http::Exchange& exchange);           // status.cpp
void events(App& app, http::Exchange& exchange);           // events.cpp
void metrics(App& app, http::Exchange& exchange);          // metrics.cpp
void check_trackers(App& app, http::Exchange& exchange);   // check_trackers.cpp
void search_torrents(App& app, http::Exchange& exchange);  // search.cpp
void list_providers(App& app, http::Exchange& exchange);
void openapi_json(App& app, http::Exchange& exchange);  // openapi.cpp
void api_docs(App& app, http::Exchange& exchange);
void signalling(App& app, http::Exchange& exchange);  // signalling.cpp
void page(App& app, http::Exchange& exchange);        // page.cpp
void page_file(App& app, http::Exchange& exchange);
void to_page(App& app, http::Exchange& exchange);

}  // namespace api
