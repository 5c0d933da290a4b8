// SPDX-License-Identifier: LGPL-2.1-or-later
// Two of WebTorrent's own clients meet at the tracker: usage: tracker_clients.mjs WS-URL
import assert from 'node:assert/strict';
import {once} from 'node:events';
import Client from 'bittorrent-tracker';
import * as werift from 'werift';

// The client changes descriptions, as browsers let it; werift wants its own back.
class Connection extends werift.RTCPeerConnection {
  async createOffer(...given) { return this.plain(await super.createOffer(...given)); }
  async createAnswer(...given) { return this.plain(await super.createAnswer(...given)); }
  plain(made) {
    this.made = made;
    return {type: made.type, sdp: made.sdp};
  }
  setLocalDescription() { return super.setLocalDescription(this.made); }
}
class Description { constructor({type, sdp}) { Object.assign(this, {type, sdp}); } }
const wrtc = {...werift, RTCPeerConnection: Connection, RTCSessionDescription: Description};

const url = process.argv[2], infoHash = '001f7f225c80c3ff' + 'aa'.repeat(12);  // bytes that JSON has to escape
function viewer(number) {
  // Clients of one URL share a socket, and would be one peer.
  const client = new Client({infoHash, peerId: Buffer.from(`-XX0000-00000000000${number}`), port: 6881, wrtc,
    announce: [`${url}?client=${number}`], getAnnounceOpts: () => ({left: 10, numwant: 2})});
  for (const wrong of ['warning', 'error']) client.on(wrong, e => { throw e; });
  return client;
}
const update = client => once(client, 'update').then(([said]) => ({complete: said.complete, incomplete: said.incomplete}));
const scraped = async client => {
  const said = once(client, 'scrape');
  client.scrape();
  const [{complete, incomplete, downloaded}] = await said;
  return {complete, incomplete, downloaded};
};
const peer = client => once(client, 'peer').then(([found]) => {
  found.on('error', () => {});  // nobody goes on with it
  return Buffer.from(found.id, 'hex').toString();
});

const one = viewer(1), two = viewer(2);
one.start();
assert.deepEqual(await update(one), {complete: 0, incomplete: 1});
const met = Promise.all([peer(one), peer(two)]);
two.start();
assert.deepEqual(await update(two), {complete: 0, incomplete: 2});
// The first one by an offer, the second by the answer to it.
assert.deepEqual(await met, ['-XX0000-000000000002', '-XX0000-000000000001']);

const after = update(two);
two.complete({left: 0});
assert.deepEqual(await after, {complete: 1, incomplete: 1});
assert.deepEqual(await scraped(one), {complete: 1, incomplete: 1, downloaded: 1});

const last = update(two);
two.stop();
await last;
assert.deepEqual(await scraped(one), {complete: 0, incomplete: 1, downloaded: 1});
console.log('met, completed, scraped, stopped');
process.exit();
