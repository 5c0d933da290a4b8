// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements out of names, attributes and children. Text is only ever text: nothing here reads HTML.

export function make(tag, traits = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(traits)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? '' : value);
  }
  made.append(...children.flat().filter(child => child !== undefined && child !== null && child !== false));
  return made;
}

/// A name from a stranger: as long, and in as strange an order, as he likes, but for itself.
export const theirs = (text, traits = {}) => make('bdi', traits, text);

export const button = (label, icon, onclick, traits = {}) =>
  make('button', {type: 'button', 'aria-label': label, title: label, onclick, ...traits}, icon);

export function show(element, yes) { element.hidden = !yes; }
