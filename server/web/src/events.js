// SPDX-License-Identifier: LGPL-2.1-or-later
// Server-sent events read by fetch(), which sends the token as a header; EventSource can't.
import {request, troubleOf} from './api.js';

const silence = 40000;  // ms; the server says something every 15 s
const pauses = [500, 1000, 2000, 4000, 8000];

function* events(block) {
  const event = {name: 'message', data: '', id: ''};
  for (const line of block.split('\n')) {
    const [, field, value] = /^([a-z]+): ?(.*)$/.exec(line) || [];
    if (field === 'event') event.name = value;
    else if (field === 'data') event.data += value;
    else if (field === 'id') event.id = value;
  }
  if (event.data) yield event;
}

/// Goes on for ever. heard(name, data); opened() when the server is there, before any event; lost(error) when it is not.
export async function listen({heard, opened, lost}) {
  for (let last = '', failed = 0; ; ++failed) {
    const control = new AbortController(), over = new AbortController();
    let watchdog = 0, left = false;
    // A page that the browser keeps to go back to would keep its connection, too; there are six for a server.
    window.addEventListener('pagehide', () => { left = true; control.abort(); }, {signal: over.signal});
    const alive = () => { clearTimeout(watchdog); watchdog = setTimeout(() => control.abort(), silence); };
    try {
      alive();
      const answer = await request('/api/events', {signal: control.signal, headers: last ? {'Last-Event-ID': last} : {}});
      if (!answer.ok) throw await troubleOf(answer);
      failed = 0;
      opened();
      const reader = answer.body.getReader(), decoder = new TextDecoder();
      for (let text = '', part; !(part = await reader.read()).done;) {
        alive();
        text += decoder.decode(part.value, {stream: true});
        const blocks = text.split('\n\n');
        text = blocks.pop();
        for (const event of blocks.flatMap(block => [...events(block)])) {
          last = event.id || last;
          heard(event.name, JSON.parse(event.data));
        }
      }
      lost();
    } catch (error) {
      if (!left) lost(error);
    }
    clearTimeout(watchdog);
    await new Promise(done => {
      setTimeout(done, pauses[Math.min(failed, pauses.length - 1)]);
      window.addEventListener('online', done, {signal: over.signal});
    });
    over.abort();
  }
}
