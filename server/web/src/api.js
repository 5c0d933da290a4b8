// SPDX-License-Identifier: LGPL-2.1-or-later
// Questions to the server. A failure is a Trouble, whose code docs/rest-api.md lists; "offline" if no answer came.
import {words, troubles} from './words.js';
import {askForToken, token} from './token.js';

// What tells programs which route to take says nothing to viewers.
const forPrograms = /\b(GET|POST|PUT|PATCH|DELETE) \//;

export class Trouble extends Error {
  constructor(code, said, status = 0) {
    super(said || (troubles[code] || troubles.internal)[0]);
    Object.assign(this, {code, said: forPrograms.test(said) ? '' : said, status});
  }
  get title() { return (troubles[this.code] || [this.said || troubles.internal[0]])[0]; }
  get help() { return (troubles[this.code] || ['', ''])[1]; }
}

export function headers(more = {}) {
  return token() ? {...more, Authorization: `Bearer ${token()}`} : more;
}

/// The Trouble that an answer tells, which is none of the 2xx.
export async function troubleOf(answer) {
  const told = await answer.json().catch(() => ({}));
  return new Trouble(told.code || 'internal', told.message || told.error, answer.status);
}

/// fetch() with the token, which is asked for where it is missing or wrong.
export async function request(path, options = {}) {
  for (let wrong = false; ; wrong = Boolean(token())) {
    let answer;
    try {
      answer = await fetch(path, {...options, headers: headers(options.headers)});
    } catch (error) {
      if (error.name === 'AbortError') throw error;
      throw new Trouble('offline');
    }
    if (answer.status !== 401) return answer;
    await askForToken(wrong ? words.token.wrong : '');
  }
}

/// {success, data, message?}
export async function answer(path, {json, ...options} = {}) {
  if (json) options = {method: 'POST', ...options, body: JSON.stringify(json),
    headers: {...options.headers, 'Content-Type': 'application/json'}};
  const came = await request(path, options);
  if (!came.ok) throw await troubleOf(came);
  return came.json();
}

/// The `data` of an answer.
export const ask = async (path, options) => (await answer(path, options)).data;
